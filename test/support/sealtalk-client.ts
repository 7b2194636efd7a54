import { type AnswerHeaders, httpCall } from './http-call.js';

/** A thin caller of 004's API for tests: one person with his cookie, as a browser has it. */
export interface SealtalkAnswer {
  readonly status: number;
  /** An error's; '' for a success. */
  readonly text: string;
  /** Of a success, and of the refusals with HTTP 200; 0 for an error. */
  readonly code: number;
  readonly result: unknown;
  readonly headers: AnswerHeaders;
}

export interface SealtalkSent {
  readonly headers?: Readonly<Record<string, string>>;
  /** Instead of the person's own; undefined as a value: none. */
  readonly cookie?: string | undefined;
}

export const SEALTALK_TEST_CODE = '9999';

export class SealtalkClient {
  /** `name=value` */
  cookie: string | undefined;
  /** As clients know him. */
  id = '';
  phone = '';

  /** `base`: where the API is mounted, `http://127.0.0.1:8080/sealtalk` or the root of its own port. */
  constructor(readonly base: string) {}

  /** A body that is text is sent as it is; without one, POST has neither body nor type. */
  async call(method: string, path: string, body?: object | string, sent: SealtalkSent = {}): Promise<SealtalkAnswer> {
    const cookie = 'cookie' in sent ? sent.cookie : this.cookie;
    const { status, headers, text } = await httpCall(`${this.base}${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(cookie === undefined ? {} : { cookie }),
        ...sent.headers,
      },
      body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
    });
    if (status !== 200) return { status, text, code: 0, result: undefined, headers };
    const { code, result, ...more } = JSON.parse(text) as { code: number; result?: unknown };
    if (Object.keys(more).length > 0) throw new Error(`${path}: ${text}`);
    const [set] = headers.getSetCookie();
    if (set !== undefined) this.cookie = set.split(';')[0];
    return { status, text: '', code, result, headers };
  }

  post(path: string, body?: object | string, sent?: SealtalkSent): Promise<SealtalkAnswer> {
    return this.call('POST', path, body, sent);
  }

  get(path: string, sent?: SealtalkSent): Promise<SealtalkAnswer> {
    return this.call('GET', path, undefined, sent);
  }

  /** As `call`, and it must have gone well; gives the result. */
  async done<Result = unknown>(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<Result> {
    const answer = await this.call(method, path, body);
    if (answer.code !== 200) throw new Error(`${path}: ${JSON.stringify({ ...answer, headers: undefined })}`);
    return answer.result as Result;
  }

  /** `404 Unknown user.`, or `200 {1000}`, or `200`. */
  async said(method: string, path: string, body?: object | string, sent?: SealtalkSent): Promise<string> {
    const { status, text, code } = await this.call(method, path, body, sent);
    if (status !== 200) return `${status.toString()} ${text}`;
    return code === 200 ? '200' : `200 {${code.toString()}}`;
  }

  /** A person with this phone, in region 86; the server takes `SEALTALK_TEST_CODE`. */
  static async registered(base: string, nickname: string, phone: string, password = 'secret'): Promise<SealtalkClient> {
    const person = new SealtalkClient(base);
    person.phone = phone;
    await person.done('POST', '/user/send_code_yp', { region: '86', phone });
    const { verification_token } = await person.done<{ verification_token: string }>('POST', '/user/verify_code_yp', {
      region: '86',
      phone,
      code: SEALTALK_TEST_CODE,
    });
    const { id } = await person.done<{ id: string }>('POST', '/user/register', {
      nickname,
      password,
      verification_token,
    });
    person.id = id;
    return person;
  }
}
