import { ApiError, type ProblemAnswer } from './api.js';

export interface Answer<T> {
  status: number;
  body: T;
}

/** A browser at the API that takes refusals for answers: it keeps the session cookie and shows status and body. */
export class Visitor {
  constructor(
    readonly url: string,
    /** `sid=…`; empty: not signed in. */
    public cookie = '',
  ) {}

  /** Signed in. Throws what the desk refused. */
  static async signIn(url: string, email: string, password: string, more: object = {}): Promise<Visitor> {
    const visitor = new Visitor(url);
    const { status, body } = await visitor.post<ProblemAnswer>('/session', { email, password, ...more });
    if (status !== 200) throw new ApiError(status, body, 'POST /session');
    return visitor;
  }

  get = <T>(path: string) => this.ask<T>('GET', path);
  post = <T>(path: string, body?: object, headers: Record<string, string> = {}) => this.ask<T>('POST', path, body, headers);
  put = <T>(path: string, body?: object) => this.ask<T>('PUT', path, body);
  patch = <T>(path: string, body?: object) => this.ask<T>('PATCH', path, body);
  delete = <T>(path: string, body?: object) => this.ask<T>('DELETE', path, body);

  async isIn(): Promise<boolean> {
    return (await this.get('/me')).status === 200;
  }

  /** The same browser before it got its present cookie. */
  with(cookie: string): Visitor {
    return new Visitor(this.url, cookie);
  }

  private async ask<T>(method: string, path: string, body?: object, more: Record<string, string> = {}): Promise<Answer<T>> {
    const headers = { ...(this.cookie && { cookie: this.cookie }), ...(body && { 'content-type': 'application/json' }), ...more };
    const answer = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers,
      body: body && JSON.stringify(body),
      redirect: 'manual',
      signal: AbortSignal.timeout(30_000),
    });
    const sid = answer.headers.getSetCookie().find((line) => line.startsWith('sid='));
    if (sid) this.cookie = sid.split(';')[0] ?? '';
    const text = await answer.text();
    return { status: answer.status, body: (text ? JSON.parse(text) : {}) as T };
  }
}

/** `/pointer code` of each wrong field. */
export const fieldsOf = ({ errors }: Partial<ProblemAnswer>): string[] => (errors ?? []).map(({ pointer, code }) => `${pointer} ${code}`);
