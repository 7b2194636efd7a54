/** What the demo was told; a refusal is an answer too. */
export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Person {
  readonly userId: string;
  readonly name: string;
  readonly token: string;
}

export interface Account {
  readonly userId: string;
  readonly password: string;
  /** What an app admin shows when he registers himself. */
  readonly adminSecret?: string;
}

/** The server could not be reached, or answered something that the story doesn't expect. */
export class DemoFailed extends Error {
  override readonly name = 'DemoFailed';
}

/** A client of `/v1` as an app would write one. Each question waits for what was done before it (`minPosition`). */
export class DemoClient {
  #position: string | undefined;

  constructor(readonly url: string) {}

  /** @throws DemoFailed */
  async call(method: string, path: string, { token }: Pick<Person, 'token'>, body?: object): Promise<Answer> {
    const waits = method === 'GET' && this.#position !== undefined && !path.includes('/events');
    const separator = path.includes('?') ? '&' : '?';
    const target = waits ? `${path}${separator}minPosition=${encodeURIComponent(this.#position ?? '')}` : path;
    const answer = await this.#fetch(method, target, body, { authorization: `Bearer ${token}` });
    const { position } = answer.body;
    if (typeof position === 'string') this.#position = position;
    return answer;
  }

  /** Registers where he isn't yet, and logs in; undefined when the account is somebody else's. @throws DemoFailed */
  async person({ userId, password, adminSecret }: Account, name: string): Promise<Person | undefined> {
    const account = { login: userId, password };
    const headers: Record<string, string> = adminSecret === undefined ? {} : { 'parley-admin-secret': adminSecret };
    const registered = await this.#fetch('POST', '/users', { userId, nickname: name, ...account }, headers);
    // 403: the id of an app admin, without the secret.
    if (![201, 403, 409].includes(registered.status)) throw unexpected(`registering ${userId}`, registered);
    const session = await this.#fetch('POST', '/sessions', account);
    const { token } = session.body;
    return typeof token === 'string' ? { userId, name, token } : undefined;
  }

  async #fetch(
    method: string,
    path: string,
    body?: object,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    let response: Response;
    try {
      response = await fetch(`${this.url}/v1${path}`, {
        method,
        headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(30_000),
      });
    } catch (error) {
      throw new DemoFailed(
        `No server answers at ${this.url}. Start one with \`npm start\`, or name its address: npm run demo -- http://host:port`,
        {
          cause: error,
        },
      );
    }
    const text = await response.text();
    try {
      return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Answer['body'] };
    } catch (error) {
      throw new DemoFailed(`What answers at ${this.url} is no Parley server.`, { cause: error });
    }
  }
}

export const unexpected = (what: string, { status, body }: Answer): DemoFailed =>
  new DemoFailed(`${what}: ${status.toString()} ${JSON.stringify(body)}`);
