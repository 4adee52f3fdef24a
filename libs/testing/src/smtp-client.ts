import { connect, type Socket } from 'node:net';

interface SmtpReply {
  code: number;
  text: string;
}

/** The server refused with a reply; `code` below 500 means "try again later". */
export class SmtpRefusal extends Error {
  constructor(
    readonly code: number,
    text: string,
  ) {
    super(text);
  }
}

const QUIET_MS = 30_000;

/** Doubles a dot at the front of a line and adds the final dot (RFC 5321 section 4.5.2). The mail's lines end in CRLF. */
export function dotStuffed(raw: Buffer): Buffer {
  const stuffed =
    raw.includes('\r\n.') || raw[0] === 46 ? Buffer.from(raw.toString('latin1').replaceAll(/(^|\r\n)\./g, '$1..'), 'latin1') : raw;
  const hasEnd = stuffed.length === 0 || stuffed.subarray(-2).equals(Buffer.from('\r\n'));
  return Buffer.concat([stuffed, Buffer.from(hasEnd ? '.\r\n' : '\r\n.\r\n')]);
}

/** A small SMTP client on a bare socket: it costs little beside the server it tests, and sends bytes as they are. */
export class SmtpClient {
  private buffer = '';
  private lines: string[] = [];
  private readonly waiting: { resolve: (reply: SmtpReply) => void; reject: (error: Error) => void }[] = [];
  private readonly early: SmtpReply[] = [];
  private failure: Error | undefined;

  private constructor(private readonly socket: Socket) {
    socket.setNoDelay(true);
    socket.setTimeout(QUIET_MS, () => socket.destroy(new Error('the server says nothing')));
    socket.on('data', (chunk) => this.take(chunk.toString('latin1')));
    socket.on('error', (error) => this.fail(error));
    socket.on('close', () => this.fail(new Error('the server closed the connection')));
  }

  /** Connects, reads the greeting and says EHLO. */
  static async connect(port: number, host = '127.0.0.1'): Promise<SmtpClient> {
    const client = await SmtpClient.open(port, host);
    await client.reply(220);
    await client.command('EHLO client.test', 250);
    return client;
  }

  /** Only the connection: the greeting is still to be read. */
  static open(port: number, host = '127.0.0.1'): Promise<SmtpClient> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, host);
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new SmtpClient(socket));
      });
    });
  }

  get isOpen(): boolean {
    return this.failure === undefined;
  }

  write(bytes: string | Buffer): void {
    this.socket.write(bytes);
  }

  /** The next reply of the server. Rejects with {@link SmtpRefusal} when it is not the expected one. */
  async reply(expected?: number): Promise<SmtpReply> {
    const early = this.early.shift();
    const reply =
      early ??
      (await new Promise<SmtpReply>((resolve, reject) => {
        if (this.failure) reject(this.failure);
        else this.waiting.push({ resolve, reject });
      }));
    if (expected !== undefined && reply.code !== expected) throw new SmtpRefusal(reply.code, reply.text);
    return reply;
  }

  async command(line: string, expected?: number): Promise<SmtpReply> {
    this.write(`${line}\r\n`);
    return this.reply(expected);
  }

  /** One mail. Resolves with the answer to the final dot; the envelope goes in one packet (RFC 2920). */
  async send(from: string, to: string | string[], raw: Buffer): Promise<SmtpReply> {
    const recipients = [to].flat();
    this.write(`MAIL FROM:<${from}>\r\n${recipients.map((one) => `RCPT TO:<${one}>\r\n`).join('')}DATA\r\n`);
    const envelope = [await this.reply(), ...(await this.replies(recipients.length))];
    const data = await this.reply();
    const refused = envelope.find(({ code }) => code !== 250) ?? (data.code === 354 ? undefined : data);
    if (data.code === 354) {
      this.write(dotStuffed(refused ? Buffer.alloc(0) : raw));
      const end = await this.reply();
      if (!refused && end.code !== 250) throw new SmtpRefusal(end.code, end.text);
      if (!refused) return end;
    }
    if (this.isOpen) await this.command('RSET');
    throw new SmtpRefusal(refused?.code ?? data.code, refused?.text ?? data.text);
  }

  async quit(): Promise<void> {
    if (this.isOpen) await this.command('QUIT').catch(() => undefined);
    this.destroy();
  }

  destroy(): void {
    this.socket.destroy();
  }

  private async replies(count: number): Promise<SmtpReply[]> {
    const list: SmtpReply[] = [];
    while (list.length < count) list.push(await this.reply());
    return list;
  }

  private take(text: string): void {
    this.buffer += text;
    for (let end = this.buffer.indexOf('\n'); end >= 0; end = this.buffer.indexOf('\n')) {
      const line = this.buffer.slice(0, end).replace(/\r$/, '');
      this.buffer = this.buffer.slice(end + 1);
      this.lines.push(line);
      if (line[3] === '-') continue;
      const reply = { code: Number(line.slice(0, 3)), text: this.lines.join('\n') };
      this.lines = [];
      const next = this.waiting.shift();
      if (next) next.resolve(reply);
      else this.early.push(reply);
    }
  }

  private fail(error: Error): void {
    this.failure ??= error;
    for (const { reject } of this.waiting.splice(0)) reject(this.failure);
  }
}
