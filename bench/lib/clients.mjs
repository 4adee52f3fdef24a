// Clients that ask one after the other over connections of their own, and how long the answers took.
import { Agent, createServer, request } from 'node:http';

/** Resolves with the ms until the whole answer was there. Rejects unless the status is one of `statuses`. */
function call(agent, method, url, headers, body, statuses) {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const sent = body === undefined ? {} : { 'content-type': 'application/json' };
    request(url, { agent, method, headers: { ...headers, ...sent } }, (answer) => {
      answer.resume();
      answer.on('end', () =>
        statuses.includes(answer.statusCode) ? resolve(performance.now() - started) : reject(new Error(`${url} → ${answer.statusCode}`)),
      );
      answer.on('error', reject);
    })
      .on('error', reject)
      .end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/**
 * `clients` of them ask for `seconds`, after `warmUp` seconds that do not count; `path(n)` names what the n-th request asks for, `body(n)`
 * what it sends. Gives requests/s and percentiles in ms.
 */
export async function ask(base, path, options = {}) {
  const { method = 'GET', body = () => undefined, headers = {}, clients = 16, seconds = 5, warmUp = 3, statuses = [200] } = options;
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  const took = [];
  let n = 0;
  const next = () => {
    const i = n++;
    return call(agent, method, `${base}${path(i)}`, headers, body(i), statuses);
  };
  const one = async (until) => {
    while (performance.now() < until) took.push(await next());
  };
  const run = async (ms) => {
    const until = performance.now() + ms;
    await Promise.all(Array.from({ length: clients }, () => one(until)));
  };
  // Long enough for the code that answers to be compiled.
  await run(warmUp * 1_000);
  took.length = 0;
  const started = performance.now();
  await run(seconds * 1_000);
  const perSecond = (took.length * 1_000) / (performance.now() - started);
  agent.destroy();
  const sorted = took.toSorted((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
  return { perSecond, p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

/** What this machine answers when nothing is to be done: a bare HTTP server in this same process, asked by the same clients. */
export async function bareLimit(options) {
  const server = createServer((_request, answer) => answer.end('{}'));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const result = await ask(`http://127.0.0.1:${server.address().port}`, () => '/', options);
  await new Promise((resolve) => server.close(resolve));
  return result;
}
