// The bare limits of this machine, measured in the same run: what no help desk on it could beat.
import { simpleParser } from 'mailparser';
import pg from 'pg';

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
