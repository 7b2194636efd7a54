import { randomBytes } from 'node:crypto';
import { SignJWT } from 'jose';
import pg from 'pg';
import { eventually } from '../eventually.js';
import { OpenimClient } from '../openim-client.js';
import { type RunningParley, runParley } from '../running-parley.js';
import { V1Client } from '../v1-client.js';

const APP_SECRET = 'a secret of the app, of some length';
const TOKEN_SECRET = 'a token secret for tests, which has at least 32 bytes';

/**
 * `root` is an app admin. Of every group: `owner`, `admin`, `member` and `member2` are in it, `asker` has asked to come
 * in, `shy` is invited and was not asked yet, `outsider` is nothing to it.
 */
export type Who = 'root' | 'owner' | 'admin' | 'member' | 'member2' | 'outsider' | 'asker' | 'shy' | 'newcomer';
const PEOPLE: readonly Who[] = ['owner', 'admin', 'member', 'member2', 'outsider', 'asker', 'shy', 'newcomer'];

export type Preset = 'parley' | 'openim';

/** A server with people, and groups in each state. */
export class World {
  private constructor(
    private readonly parley: RunningParley,
    readonly v1: V1Client,
    readonly im: OpenimClient,
    private readonly log: pg.Pool,
    readonly tenant: string,
    /** Tokens by user id; `gone` was logged out, `stranger` and `foreignRoot` are of another tenant. */
    readonly tokens: Readonly<Record<Who | 'gone' | 'stranger' | 'foreignRoot', string>>,
  ) {}

  static async open(): Promise<World> {
    const tenant = `t${randomBytes(6).toString('hex')}`;
    const elsewhere = `${tenant}-b`;
    const parley = await runParley({
      PARLEY_APP_ADMINS: `${tenant}/root,${elsewhere}/foreignRoot`,
      PARLEY_TOKEN_SECRET: TOKEN_SECRET,
      OPENIM_SECRET: APP_SECRET,
      DEFAULT_TENANT: tenant,
    });
    const im = new OpenimClient(`${parley.url}/openim`, APP_SECRET);
    const people = await im.people(...PEOPLE, 'gone');
    const root = await im.adminToken('root');
    const away = { headers: { 'x-tenant-id': elsewhere } };
    const secret = APP_SECRET;
    await im.done('/user/user_register', { secret, users: [{ userID: 'stranger', nickname: 's' }] }, away);
    const stranger = await im.done<{ token: string }>(
      '/auth/user_token',
      { secret, platformID: 5, userID: 'stranger' },
      away,
    );
    const admin = await im.done<{ token: string }>('/auth/get_admin_token', { secret, userID: 'foreignRoot' }, away);
    await im.done('/auth/force_logout', { secret, platformID: 5, userID: 'gone' });
    const tokens = { ...people, root, stranger: stranger.token, foreignRoot: admin.token } as World['tokens'];
    const log = new pg.Pool({ connectionString: parley.databaseUrl, max: 1 });
    const world = new World(parley, new V1Client(parley.url), im, log, tenant, tokens);
    await world.done('PATCH', '/users/shy/privacy', 'shy', { groupInviteConsent: true });
    return world;
  }

  async close(): Promise<void> {
    await this.log.end();
    await this.parley.stop();
  }

  async done(method: string, path: string, who: Who, body?: object): Promise<string> {
    const request = { token: this.tokens[who], ...(body === undefined ? {} : { body }) };
    const answer = await this.v1.call<{ position?: string }>(method, path, request);
    if (answer.status >= 300) throw new Error(`${method} ${path} by ${who}: ${JSON.stringify(answer.body)}`);
    return answer.body.position ?? '';
  }

  /** A group as `Who` says it. */
  async group(groupId: string, preset: Preset): Promise<void> {
    await this.done('POST', '/groups', 'root', {
      groupId,
      preset,
      name: 'Book club',
      ownerId: 'owner',
      admins: ['admin'],
      members: ['member', 'member2'],
      joinPolicy: { selfJoin: 'approval', memberInvite: 'joins' },
    });
    await this.done('PUT', `/groups/${groupId}/members/me`, 'asker', {});
    // Where the rules ask nobody (003), he would be a member at once.
    if (preset === 'parley') await this.done('POST', `/groups/${groupId}/invitations`, 'owner', { userIds: ['shy'] });
  }

  /** When every list shows what was written. */
  async settled(): Promise<void> {
    const position = await this.done('PATCH', '/users/newcomer', 'newcomer', { region: 'settled' });
    await eventually(async () => {
      await this.done('GET', `/users/newcomer?minPosition=${encodeURIComponent(position)}`, 'newcomer');
    });
  }

  /** Where the store stands: how many events there are, and the last one's place. */
  async head(): Promise<string> {
    const { rows } = await this.log.query<{ head: string }>(
      `SELECT count(*) || ' events, the last at ' || coalesce(max(position), 0) AS head FROM events.log`,
    );
    return rows[0]?.head ?? '';
  }

  /** Tokens that prove nothing, and what is the matter with each. */
  async badTokens(): Promise<Readonly<Record<'expired' | 'badSignature' | 'malformed' | 'unsigned', string>>> {
    const jwt = (expires: string, userId = 'root'): SignJWT =>
      new SignJWT({ tid: this.tenant })
        .setProtectedHeader({ alg: 'HS256' })
        .setSubject(userId)
        .setIssuedAt(Math.floor(Date.now() / 1000) - 7_200)
        .setExpirationTime(expires)
        .setJti('j')
        .setIssuer('parley')
        .setAudience('parley');
    const key = Buffer.from(TOKEN_SECRET);
    const good = await jwt('1h').sign(key);
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    return {
      expired: await jwt('-1h').sign(key),
      badSignature: await jwt('1h').sign(Buffer.from('another secret, which is as long as the right one')),
      malformed: 'not.a.token',
      unsigned: `${part({ alg: 'none' })}.${good.split('.')[1] ?? ''}.`,
    };
  }
}

/** A request that must be refused; `send` gives what is wrong with the answer, '' when nothing is. */
export interface Hostile {
  readonly what: string;
  readonly send: () => Promise<string>;
}

const AT_ONCE = 25;

/** Sends all; gives the answers that are not right and says where the store moved. */
export async function wrongsOf(world: World, requests: readonly Hostile[]): Promise<string[]> {
  const wrongs: string[] = [];
  for (let start = 0; start < requests.length; start += AT_ONCE) {
    const batch = requests.slice(start, start + AT_ONCE);
    const before = await world.head();
    const answers = await Promise.all(batch.map(async ({ what, send }) => [what, await send()] as const));
    const after = await world.head();
    wrongs.push(...answers.filter(([, wrong]) => wrong !== '').map(([what, wrong]) => `${what}: ${wrong}`));
    if (after !== before) {
      wrongs.push(`the store moved from ${before} to ${after} by one of: ${batch.map(({ what }) => what).join('; ')}`);
    }
  }
  return wrongs;
}
