import { type AnswerHeaders, httpCall } from './http-call.js';
import { V1Contract } from './v1-contract.js';

/** What came back, nothing hidden. */
export interface V1Answer<T = Record<string, unknown>> {
  readonly status: number;
  readonly headers: AnswerHeaders;
  readonly body: T;
}

export interface V1Request {
  readonly token?: string;
  readonly body?: unknown;
  /** Sent as it is, instead of `body`. */
  readonly rawBody?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** Of every server under test. */
export const ADMIN_SECRET = 'the admin secret of tests';

let contract: V1Contract | undefined;

/** A thin caller of `/v1` for tests. Whatever goes over the wire is held against the document of `/v1`. */
export class V1Client {
  constructor(readonly url: string) {}

  async call<T = Record<string, unknown>>(method: string, path: string, request: V1Request = {}): Promise<V1Answer<T>> {
    const body = request.rawBody ?? (request.body === undefined ? undefined : JSON.stringify(request.body));
    const headers = {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(request.token === undefined ? {} : { authorization: `Bearer ${request.token}` }),
      ...request.headers,
    };
    const answer = await httpCall(`${this.url}/v1${path}`, { method, headers, body, signal: request.signal });
    contract ??= new V1Contract();
    const wrongs = contract.wrongsOf({ method, path, request: { headers, body }, answer });
    if (wrongs.length > 0) throw new Error(`not as documented: ${wrongs.join('\n')}`);
    const { status, text } = answer;
    return { status, headers: answer.headers, body: (text === '' ? {} : JSON.parse(text)) as T };
  }

  /** Registers a user and logs him in. */
  async person(userId: string, options: { tenant?: string } = {}): Promise<{ userId: string; token: string }> {
    const headers: Record<string, string> = options.tenant === undefined ? {} : { 'x-tenant-id': options.tenant };
    const account = { login: `${userId}@example.org`, password: `password of ${userId}` };
    const registered = await this.call('POST', '/users', {
      headers: { ...headers, 'parley-admin-secret': ADMIN_SECRET },
      body: { userId, nickname: userId, ...account },
    });
    if (registered.status !== 201) throw new Error(`registering ${userId}: ${JSON.stringify(registered.body)}`);
    const session = await this.call<{ token: string }>('POST', '/sessions', { headers, body: account });
    if (session.status !== 201) throw new Error(`logging in ${userId}: ${JSON.stringify(session.body)}`);
    return { userId, token: session.body.token };
  }
}
