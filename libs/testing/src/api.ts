/** A problem document as the API answers it (RFC 9457, contract.md section 2). */
export interface ProblemAnswer {
  status: number;
  code: string;
  title?: string;
  detail?: string;
  errors?: { pointer: string; code: string; detail: string }[];
}

/** Thrown for every answer that is no success. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly problem: Partial<ProblemAnswer>,
    request: string,
  ) {
    super(`${request} → ${status} ${problem.code ?? ''} ${problem.detail ?? ''} ${JSON.stringify(problem.errors ?? [])}`);
  }
}

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

/** The public API as a client from outside sees it: by cookie or by API key. */
export class Api {
  private constructor(
    readonly base: string,
    private readonly credentials: Record<string, string>,
  ) {}

  static withKey(url: string, key: string): Api {
    return new Api(`${url}/api/v1`, { authorization: `Bearer ${key}` });
  }

  static async signIn(url: string, email: string, password: string): Promise<Api> {
    const answer = await fetch(`${url}/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: url },
      body: JSON.stringify({ email, password }),
    });
    if (!answer.ok) throw new ApiError(answer.status, await problemOf(answer), 'POST /session');
    const cookie = answer.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ');
    return new Api(`${url}/api/v1`, { cookie, origin: url });
  }

  /** The same credentials at another replica. */
  at(url: string): Api {
    return new Api(`${url}/api/v1`, this.credentials);
  }

  get<T>(path: string): Promise<T> {
    return this.ask<T>('GET', path);
  }

  post<T>(path: string, body: unknown, headers: Record<string, string> = {}): Promise<T> {
    return this.ask<T>('POST', path, body, headers);
  }

  patch<T>(path: string, body: unknown, headers: Record<string, string> = {}): Promise<T> {
    return this.ask<T>('PATCH', path, body, headers);
  }

  put<T>(path: string, body?: unknown): Promise<T> {
    return this.ask<T>('PUT', path, body);
  }

  delete(path: string): Promise<void> {
    return this.ask<void>('DELETE', path);
  }

  /** Every item of a list, page by page. */
  async all<T>(path: string): Promise<T[]> {
    const items: T[] = [];
    let cursor: string | null = null;
    do {
      const at: string = `${path}${path.includes('?') ? '&' : '?'}limit=200${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`;
      const page: Page<T> = await this.get<Page<T>>(at);
      items.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor);
    return items;
  }

  async bytes(path: string): Promise<Buffer> {
    const answer = await fetch(`${this.base}${path}`, { headers: this.credentials });
    if (!answer.ok) throw new ApiError(answer.status, await problemOf(answer), `GET ${path}`);
    return Buffer.from(await answer.arrayBuffer());
  }

  private async ask<T>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<T> {
    const answer = await fetch(`${this.base}${path}`, {
      method,
      headers: { ...this.credentials, ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(30_000),
    });
    if (!answer.ok) throw new ApiError(answer.status, await problemOf(answer), `${method} ${path}`);
    return (answer.status === 204 ? undefined : await answer.json()) as T;
  }
}

async function problemOf(answer: Response): Promise<Partial<ProblemAnswer>> {
  const text = await answer.text();
  try {
    return JSON.parse(text) as Partial<ProblemAnswer>;
  } catch {
    return { detail: text.slice(0, 500) };
  }
}
