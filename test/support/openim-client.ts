import { httpCall } from './http-call.js';

/** A thin caller of 003's API for tests: what was sent, what came back, nothing hidden. */
export interface OpenimAnswer<Data = Record<string, unknown>> {
  readonly errCode: number;
  readonly errMsg: string;
  readonly errDlt: string;
  readonly data?: Data;
}

export interface OpenimRequest {
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export class OpenimClient {
  /** `base`: where the API is mounted, `http://127.0.0.1:8080/openim` or the root of its own port. */
  constructor(
    readonly base: string,
    readonly secret: string,
  ) {}

  /** A body that is text is sent as it is. @throws when the answer isn't HTTP 200 with an envelope */
  async call<Data = Record<string, unknown>>(
    path: string,
    body: object | string,
    { token, headers }: OpenimRequest = {},
  ): Promise<OpenimAnswer<Data>> {
    const { status, text } = await httpCall(`${this.base}${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        operationID: 'a constant, as real clients send',
        ...(token === undefined ? {} : { token }),
        ...headers,
      },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    const answer = JSON.parse(text) as OpenimAnswer<Data>;
    const known = Object.keys(answer).filter((name) => name !== 'data');
    if (status !== 200 || known.join() !== 'errCode,errMsg,errDlt') {
      throw new Error(`${path}: HTTP ${status.toString()} ${JSON.stringify(answer)}`);
    }
    return answer;
  }

  /** As `call`, and it must have gone well. */
  async done<Data = Record<string, unknown>>(
    path: string,
    body: object | string,
    request: OpenimRequest = {},
  ): Promise<Data> {
    const answer = await this.call<Data>(path, body, request);
    if (answer.errCode !== 0) throw new Error(`${path}: ${JSON.stringify(answer)}`);
    return answer.data as Data;
  }

  /** People brought in by the app's backend; gives their tokens. */
  async people(...userIDs: string[]): Promise<Record<string, string>> {
    await this.done('/user/user_register', {
      secret: this.secret,
      users: userIDs.map((userID) => ({ userID, nickname: `Nick ${userID}`, faceURL: `https://x.example/${userID}` })),
    });
    const tokens = await Promise.all(userIDs.map((userID) => this.tokenOf(userID)));
    return Object.fromEntries(userIDs.map((userID, index) => [userID, tokens[index] ?? '']));
  }

  async tokenOf(userID: string, platformID = 5): Promise<string> {
    const { token } = await this.done<{ token: string }>('/auth/user_token', {
      secret: this.secret,
      platformID,
      userID,
    });
    return token;
  }

  async adminToken(userID: string): Promise<string> {
    const { token } = await this.done<{ token: string }>('/auth/get_admin_token', { secret: this.secret, userID });
    return token;
  }
}
