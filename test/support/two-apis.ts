import { expect } from 'chai';
import type { OpenimAnswer, OpenimClient } from './openim-client.js';
import type { V1Answer, V1Client } from './v1-client.js';

export type Body = Readonly<Record<string, unknown>>;

/** The same people by `/v1` and by 003's API of one server, each with one token for both. */
export class TwoApis {
  readonly #tokens: Record<string, string> = {};

  constructor(
    readonly v1: V1Client,
    readonly im: OpenimClient,
  ) {}

  async register(...userIds: string[]): Promise<void> {
    await Promise.all(
      userIds.map(async (userId) => {
        this.#tokens[userId] = (await this.v1.person(userId)).token;
      }),
    );
  }

  ask(who: string, method: string, path: string, body?: object, headers: Record<string, string> = {}) {
    const token = this.#tokenOf(who);
    return this.v1.call<Body>(method, path, { token, headers, ...(body === undefined ? {} : { body }) });
  }

  /** By `/v1`, and it must go well. */
  async done(who: string, method: string, path: string, body?: object, headers = {}): Promise<Body> {
    const answer: V1Answer<Body> = await this.ask(who, method, path, body, headers);
    expect(answer.status, `${method} ${path} by ${who}: ${JSON.stringify(answer.body)}`).to.be.oneOf([200, 201]);
    return answer.body;
  }

  /** A list, or one thing, of `/v1` that shows at least what a command wrote. */
  read(who: string, path: string, after: Body): Promise<Body> {
    const position = String(after['position']);
    return this.done(who, 'GET', `${path}${path.includes('?') ? '&' : '?'}minPosition=${position}`);
  }

  async items(who: string, path: string, after: Body): Promise<readonly Body[]> {
    return (await this.read(who, path, after))['items'] as readonly Body[];
  }

  ask003(who: string, path: string, body: object, headers: Record<string, string> = {}): Promise<OpenimAnswer> {
    return this.im.call(path, body, { token: this.#tokenOf(who), headers });
  }

  /** By 003's API, and it must go well. */
  im003<Data = Body>(who: string, path: string, body: object): Promise<Data> {
    return this.im.done<Data>(path, body, { token: this.#tokenOf(who) });
  }

  async codeOf(who: string, path: string, body: object): Promise<number> {
    return (await this.ask003(who, path, body)).errCode;
  }

  /** The codes of both APIs for what is refused. */
  async refused(code: string | readonly string[], who: string, method: string, path: string, body?: object) {
    const answer = await this.ask(who, method, path, body);
    expect(answer.body['code'], `${method} ${path} by ${who}: ${JSON.stringify(answer.body)}`).to.be.oneOf(
      [code].flat(),
    );
  }

  say(who: string, to: string, text: string, more: object = {}): Promise<Body> {
    return this.done(who, 'POST', `/conversations/${to}/messages`, { text, ...more });
  }

  #tokenOf(who: string): string {
    const token = this.#tokens[who];
    if (token === undefined) throw new Error(`nobody called ${who} was registered`);
    return token;
  }
}

export const seqOf = (receipt: Body): number => (receipt['outcome'] as { seq: number }).seq;
