// The bare limits of this machine, measured in the same run: what no help desk on it could beat.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { simpleParser } from 'mailparser';
import pg from 'pg';
import { ask } from './clients.mjs';

const CLIENTS = 16;
const SECONDS = 4;
const ROW = `x`.repeat(400);

/** mailparser alone, one mail after the other on one core: mails per second. */
export async function parserLimit(mails) {
  const sample = mails.slice(0, 400);
  for (const { raw } of sample.slice(0, 50)) await simpleParser(raw);
  const started = performance.now();
  for (const { raw } of sample) await simpleParser(raw);
  return (sample.length * 1_000) / (performance.now() - started);
}

/** Durable commits per second at 16 clients: of one insert, and of six inserts in one transaction sent in one packet. */
export async function databaseLimits(url) {
  const pool = new pg.Pool({ connectionString: url, max: CLIENTS });
  // Connections that end with the server are no news here.
  pool.on('error', () => undefined);
  await pool.query('CREATE SCHEMA IF NOT EXISTS bench');
  await pool.query('CREATE TABLE IF NOT EXISTS bench.line (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, text text NOT NULL)');
  const single = await rate(pool, (client) =>
    client.query({ name: 'one', text: 'INSERT INTO bench.line (text) VALUES ($1)', values: [ROW] }),
  );
  const six = `BEGIN;${`INSERT INTO bench.line (text) VALUES ('${ROW}');`.repeat(6)}COMMIT`;
  const transactions = await rate(pool, (client) => client.query(six));
  await pool.query('DROP SCHEMA bench CASCADE');
  await pool.end();
  return { single, transactions };
}

async function rate(pool, work) {
  let done = 0;
  const started = performance.now();
  const until = started + SECONDS * 1_000;
  await Promise.all(
    Array.from({ length: CLIENTS }, async () => {
      const client = await pool.connect();
      while (performance.now() < until) {
        await work(client);
        done += 1;
      }
      client.release();
    }),
  );
  return (done * 1_000) / (performance.now() - started);
}

/** A bare route that reads one ticket's row by its id, in a process of its own, asked by the clients that ask the desk. */
export async function rowLimit(url, account, ids, options) {
  const script = fileURLToPath(new URL('bare-route.mjs', import.meta.url));
  const child = spawn(process.execPath, [script, url, account], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const base = await new Promise((resolve, reject) => {
      child.stdout.once('data', (line) => resolve(String(line).trim()));
      child.once('exit', (code) => reject(new Error(`the bare route ended with ${code}`)));
    });
    return await ask(base, (n) => `/${ids[n % ids.length]}`, options);
  } finally {
    child.kill();
  }
}
