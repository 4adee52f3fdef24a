import { Agent, request } from 'node:http';

export interface Call {
  method: string;
  path: string;
  body?: string;
  headers?: Record<string, string>;
}

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** How many requests are on their way at once. */
const IN_FLIGHT = 16;

/** A lean client on kept connections: the sweep makes hundreds of thousands of requests, and the desk shares the machine with it. */
export class Client {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: IN_FLIGHT });
  private readonly at: { host: string; port: string };
  requests = 0;

  constructor(url: string) {
    const { hostname, port } = new URL(url);
    this.at = { host: hostname, port };
  }

  send({ method, path, body, headers = {} }: Call, key?: string): Promise<Answer> {
    this.requests += 1;
    return new Promise((resolve, reject) => {
      const all: Record<string, string | number> = { ...headers };
      if (key !== undefined) all.authorization = `Bearer ${key}`;
      if (body !== undefined) {
        all['content-type'] ??= 'application/json';
        all['content-length'] = Buffer.byteLength(body);
      }
      const outgoing = request({ ...this.at, agent: this.agent, method, path, headers: all, timeout: 30_000 }, (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () =>
          resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: Buffer.concat(chunks).toString('utf8') }),
        );
      });
      outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer within 30 s: ${method} ${path}`)));
      outgoing.on('error', (error: NodeJS.ErrnoException) => {
        // The desk had closed the kept connection just then, before it took the request.
        if (outgoing.reusedSocket && error.code === 'ECONNRESET') resolve(this.send({ method, path, body, headers }, key));
        else reject(error);
      });
      outgoing.end(body);
    });
  }

  /** Uploads a small text file. */
  upload(text: string, key: string): Promise<Answer> {
    const body = `--x\r\ncontent-disposition: form-data; name="file"; filename="a.txt"\r\ncontent-type: text/plain\r\n\r\n${text}\r\n--x--\r\n`;
    return this.send(
      { method: 'POST', path: '/api/v1/attachments', body, headers: { 'content-type': 'multipart/form-data; boundary=x' } },
      key,
    );
  }

  /** Sends JSON and rejects unless the answer has one of the expected statuses. */
  async json<T>(method: string, path: string, key: string, body?: unknown, expected = [200, 201, 202, 204]): Promise<T> {
    const answer = await this.send({ method, path, body: body === undefined ? undefined : JSON.stringify(body) }, key);
    if (!expected.includes(answer.status)) throw new Error(`${method} ${path} → ${answer.status} ${answer.body}`);
    return (answer.body && answer.headers['content-type']?.includes('json') ? JSON.parse(answer.body) : undefined) as T;
  }

  /** Runs all of `work`, {@link IN_FLIGHT} at a time; the first failure ends it, when what is on its way has come back. */
  async all<T>(list: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
    let next = 0;
    const failures: unknown[] = [];
    const one = async () => {
      while (next < list.length && failures.length === 0) {
        const item = list[next++] as T;
        await work(item).catch((error: unknown) => void failures.push(error));
      }
    };
    await Promise.all(Array.from({ length: Math.min(IN_FLIGHT, list.length) }, one));
    if (failures.length > 0) throw failures[0];
  }

  close(): void {
    this.agent.destroy();
  }
}
