import { readJson } from '../../api/dialects/dtalk/json.js';
import type { Signer } from './dtalk-signer.js';
import { type HttpAnswer, httpCall } from './http-call.js';

/** An answer of 002, integers beyond 2^53 as bigints. */
export interface DtalkAnswer<Data = Record<string, unknown>> {
  readonly result: number;
  readonly message: string;
  readonly data: Data;
}

export interface DtalkRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Somebody who signs, or what is sent as his signature. */
export type Caller = Signer | string;

/** A token a minute, used for every call of it, as the desktop does. */
const tokens = new WeakMap<Signer, { readonly token: string; readonly at: number }>();
const TOKEN_MS = 60_000;

function headerOf(caller: Caller): string {
  if (typeof caller === 'string') return caller;
  const now = Date.now();
  const present = tokens.get(caller);
  if (present !== undefined && now - present.at < TOKEN_MS) return present.token;
  const token = caller.sign(`${now.toString()}*`);
  tokens.set(caller, { token, at: now });
  return token;
}

/** A thin caller of 002's API for tests: what was sent, what came back, nothing hidden. */
export class DtalkClient {
  /** `base`: where the API is mounted, `http://127.0.0.1:8080/dtalk` or the root of its own port. */
  constructor(readonly base: string) {}

  /** A body that is text is sent as it is. */
  async send(
    path: string,
    body: object | string | undefined,
    by: Caller,
    request: DtalkRequest = {},
  ): Promise<HttpAnswer> {
    const { method = 'POST', headers } = request;
    return httpCall(`${this.base}${path}`, {
      method,
      headers: { 'content-type': 'application/json', 'fzm-signature': headerOf(by), ...headers },
      body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
    });
  }

  /** @throws when the answer isn't HTTP 200 with an envelope */
  async call<Data = Record<string, unknown>>(
    path: string,
    body: object | string | undefined,
    by: Caller,
    request: DtalkRequest = {},
  ): Promise<DtalkAnswer<Data>> {
    const { status, text } = await this.send(path, body, by, request);
    const answer = status === 200 ? (readJson(text) as DtalkAnswer<Data>) : undefined;
    if (answer === undefined || Object.keys(answer).join() !== 'result,message,data') {
      throw new Error(`${path}: HTTP ${status.toString()} ${text}`);
    }
    return answer;
  }

  /** As `call`, and it must have gone well. */
  async done<Data = Record<string, unknown>>(
    path: string,
    body: object | string | undefined,
    by: Caller,
    request: DtalkRequest = {},
  ): Promise<Data> {
    const { result, message, data } = await this.call<Data>(path, body, by, request);
    if (result !== 0) throw new Error(`${path}: ${result.toString()} ${message}`);
    return data;
  }
}
