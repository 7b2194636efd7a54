import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { type HttpAnswer, type HttpCall, httpCall } from './http-call.js';

interface SigApi {
  genUserSig(userId: string, expire: number): string;
}
const require = createRequire(import.meta.url);
// The vendor's own package, as it is.
const { Api } = require('tls-sig-api-v2') as { Api: new (sdkappid: number, secret: string) => SigApi };

export const SDKAPPID = 1_400_000_000;
export const OTHER_SDKAPPID = 1_400_000_001;
export const APP_SECRET = randomBytes(32).toString('hex');
export const OTHER_SECRET = randomBytes(32).toString('hex');

/** TENCENT_APPS of a server under test: an app of its default tenant, and one of the other. */
export const tencentApps = (otherTenant: string): string =>
  `${SDKAPPID.toString()}::${APP_SECRET},${OTHER_SDKAPPID.toString()}:${otherTenant}:${OTHER_SECRET}`;

/** A UserSig as the vendor's package makes it. */
export const userSigOf = (
  identifier: string,
  { sdkappid = SDKAPPID, secret = APP_SECRET, expire = 600 } = {},
): string => new Api(sdkappid, secret).genUserSig(identifier, expire);

export type TencentAnswer<Data = Record<string, unknown>> = Data & {
  readonly ActionStatus: 'OK' | 'FAIL';
  readonly ErrorCode: number;
  readonly ErrorInfo: string;
};

type Init = Partial<Pick<HttpCall, 'method' | 'headers'>>;

export type Query = Readonly<Record<string, string | undefined>>;

/** A thin caller of 001's API for tests: what was sent, what came back, nothing hidden. */
export class TencentClient {
  readonly #userSig: string;

  /** `base`: in front of `/v4`. */
  constructor(
    readonly base: string,
    private readonly identifier = 'root',
    private readonly service = '/v4/group_open_http_svc',
  ) {
    this.#userSig = userSigOf(identifier);
  }

  /** A body that is text is sent as it is; of the query, undefined leaves one out. */
  async send(command: string, body: object | string, query: Query = {}, init: Init = {}): Promise<HttpAnswer> {
    const all: Query = {
      sdkappid: SDKAPPID.toString(),
      identifier: this.identifier,
      usersig: this.#userSig,
      random: '99999999',
      contenttype: 'json',
      ...query,
    };
    const given = Object.entries(all).filter((one): one is [string, string] => one[1] !== undefined);
    const path = command.startsWith('/') ? command : `${this.service}/${command}`;
    return httpCall(`${this.base}${path}?${new URLSearchParams(given).toString()}`, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      ...init,
      // What `fetch` and most others say of a text where they are told nothing.
      headers: { 'content-type': 'text/plain;charset=UTF-8', ...init.headers },
    });
  }

  async call<Data = Record<string, unknown>>(
    command: string,
    body: object | string,
    query: Query = {},
    init: Init = {},
  ): Promise<TencentAnswer<Data>> {
    const { status, text } = await this.send(command, body, query, init);
    if (status !== 200) throw new Error(`${command}: ${status.toString()} ${text}`);
    const answer = JSON.parse(text) as TencentAnswer<Data>;
    const isEnvelope =
      typeof answer.ErrorInfo === 'string' && (answer.ActionStatus === 'OK') === (answer.ErrorCode === 0);
    if (!isEnvelope) throw new Error(`${command}: no envelope: ${text}`);
    return answer;
  }

  async done<Data = Record<string, unknown>>(command: string, body: object, query: Query = {}): Promise<Data> {
    const answer = await this.call<Data>(command, body, query);
    if (answer.ErrorCode !== 0) throw new Error(`${command}: ${answer.ErrorCode.toString()} ${answer.ErrorInfo}`);
    return answer;
  }

  async codeOf(command: string, body: object | string, query: Query = {}, init: Init = {}): Promise<number> {
    return (await this.call(command, body, query, init)).ErrorCode;
  }
}

type Requesting = (service: string, command: string, body: object) => Promise<{ readonly data: TencentAnswer }>;
interface SdkClient {
  _usersig: string;
  _expireUntil: number;
  request: Requesting;
}
interface Axios {
  readonly interceptors: {
    readonly request: { use(change: (config: { url: string }) => { url: string }): number; eject(id: number): void };
  };
}

/**
 * The client of npm, as it is. It signs by itself with a key of the older kind, so the UserSig is put where it keeps its own;
 * and as it knows one host only, what it sends is led here.
 */
export function unmodifiedClient(url: string, identifier = 'root'): Requesting {
  const Sdk = require('imsdk-restapi-nodejs-es6-sdk') as new (config: object) => SdkClient;
  const axios = createRequire(require.resolve('imsdk-restapi-nodejs-es6-sdk'))('axios') as Axios;
  const client = new Sdk({
    sdkAppid: SDKAPPID,
    identifier,
    expireAfter: 600,
    privateKeyPath: fileURLToPath(import.meta.url),
  });
  client._usersig = userSigOf(identifier);
  client._expireUntil = Date.now() / 1_000 + 600;
  return async (service, command, body) => {
    const led = axios.interceptors.request.use((config) => ({
      ...config,
      url: config.url.replace(/^https:\/\/console\.tim\.qq\.com/, url),
    }));
    try {
      return await client.request(service, command, body);
    } finally {
      axios.interceptors.request.eject(led);
    }
  };
}
