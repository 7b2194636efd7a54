import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import pg from 'pg';
import type { PresetName } from '../../../domain/group/presets.js';
import type { EventStore, Position } from '../../../application/ports/event-store.js';
import { openEventStoreDb } from '../../../infrastructure/event-store/eventstoredb/open.js';
import type { Engine } from '../engines.js';
import { eventually } from '../eventually.js';
import { OpenimClient } from '../openim-client.js';
import { dtalkSigner } from './dtalk-people.js';
import { openStore } from '../postgres-store.js';
import { type RunningParley, runParley } from '../running-parley.js';
import { SEALTALK_TEST_CODE } from '../sealtalk-client.js';
import { silentLogger } from '../silent-logger.js';
import { tencentApps } from '../tencent-client.js';
import { V1Client } from '../v1-client.js';

const APP_SECRET = 'a secret of the app, of some length';
const TOKEN_SECRET = 'a token secret for tests, which has at least 32 bytes';

/**
 * `root` is an app admin, `auditor` an auditor. Of every group: `owner`, `admin`, `member` and `member2` are in it, `asker` has asked to come
 * in, `shy` is invited and was not asked yet, `outsider` is nothing to it. `leaver`, `deserter` and `goer` log out in
 * the end; `erasable` is erased, `keyholder` and `keeper` have a password. `amy` has friends of her own, and `cal` and `dot` want
 * to be some.
 */
export type Who =
  'root' | 'auditor' | 'owner' | 'admin' | 'member' | 'member2' | 'outsider' | 'asker' | 'shy' | 'newcomer' | Lonely;
type Lonely = 'leaver' | 'deserter' | 'goer' | 'erasable' | 'keyholder' | 'keeper' | 'amy' | 'cal' | 'dot';
const PEOPLE: readonly Who[] = ['owner', 'admin', 'member', 'member2', 'outsider', 'asker', 'shy', 'newcomer'];

/** A server with people, and groups in each state. */
export class World {
  private constructor(
    private readonly parley: RunningParley,
    readonly v1: V1Client,
    readonly im: OpenimClient,
    private readonly log: EventStore,
    readonly tenant: string,
    /** Tokens by user id; `gone` was logged out, `stranger` and `foreignRoot` are of another tenant. */
    readonly tokens: Readonly<Record<Who | 'gone' | 'stranger' | 'foreignRoot', string>>,
  ) {}

  static async open(engine: Engine): Promise<World> {
    const sealed = await mkdtemp(join(tmpdir(), 'parley-hostile-'));
    const running = await runParley(
      ({ tenant, otherTenant }) => ({
        PARLEY_APP_ADMINS: `${tenant}/root,${otherTenant}/foreignRoot,${tenant}/${dtalkSigner('root').address}`,
        PARLEY_AUDITORS: `${tenant}/auditor`,
        // A line of the server's own in a chat would come before or behind what the fixtures say there.
        CHAT_NOTICES: 'false',
        PARLEY_TOKEN_SECRET: TOKEN_SECRET,
        OPENIM_SECRET: APP_SECRET,
        SEALTALK_TEST_CODE,
        TENCENT_APPS: tencentApps(otherTenant),
        // So that there is something to prove.
        PARLEY_SEAL_KEY: Buffer.alloc(32, 1).toString('base64'),
        PARLEY_SEAL_SECONDS: '1',
        PARLEY_SEALS_FILE: join(sealed, 'seals'),
      }),
      engine,
    );
    const stop = async (): Promise<void> => {
      await running.stop();
      await rm(sealed, { recursive: true });
    };
    const parley = { ...running, stop };
    const { tenant, otherTenant: elsewhere } = parley;
    const im = new OpenimClient(`${parley.url}/openim`, APP_SECRET);
    const people = await im.people(...PEOPLE, 'leaver', 'deserter', 'goer', 'erasable', 'amy', 'cal', 'dot', 'gone');
    for (const userID of ['keyholder', 'keeper']) {
      await im.done('/user/self_register', { userID, nickname: 'K', password: 'long enough' });
    }
    const root = await im.adminToken('root');
    const v1 = new V1Client(parley.url);
    const { token: auditor } = await v1.person('auditor');
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
    const tokens = {
      ...people,
      keyholder: await im.tokenOf('keyholder'),
      keeper: await im.tokenOf('keeper'),
      root,
      auditor,
      stranger: stranger.token,
      foreignRoot: admin.token,
    } as World['tokens'];
    const log = await logOf(parley);
    const world = new World(parley, v1, im, log, tenant, tokens);
    await world.done('PATCH', '/users/shy/privacy', 'shy', { groupInviteConsent: true });
    return world;
  }

  async close(): Promise<void> {
    await this.log.close();
    await this.parley.stop();
  }

  async done(method: string, path: string, who: Who, body?: object): Promise<string> {
    const request = { token: this.tokens[who], ...(body === undefined ? {} : { body }) };
    const answer = await this.v1.call<{ position?: string }>(method, path, request);
    if (answer.status >= 300) throw new Error(`${method} ${path} by ${who}: ${JSON.stringify(answer.body)}`);
    return answer.body.position ?? '';
  }

  /** A group as `Who` says it. */
  async group(groupId: string, preset: PresetName): Promise<void> {
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

  /** Several; and with the prefix in front of it, one that is `dismissed` and one that is `suspended`. */
  async groups(preset: PresetName, prefix: string, groupIds: readonly string[]): Promise<void> {
    const ended = ['dismissed', 'suspended'].map((state) => `${prefix}${state}`);
    await Promise.all([...groupIds, ...ended].map((groupId) => this.group(groupId, preset)));
    await this.done('DELETE', `/groups/${prefix}dismissed`, 'owner');
    await this.done('PUT', `/groups/${prefix}suspended/suspension`, 'root', { mode: 'blocked' });
  }

  /** As if the codes sent to phones until now, and the tokens shown for them, were of just so many seconds ago. */
  async codesAreOf(seconds: number): Promise<void> {
    const database = new pg.Client({ connectionString: this.parley.databaseUrl });
    await database.connect();
    await database.query(
      `UPDATE system.phone_verification SET sent_at = now() - make_interval(secs => $1),
         token_until = CASE WHEN token_until IS NULL THEN NULL ELSE now() + interval '9 minutes' END`,
      [seconds],
    );
    await database.end();
  }

  /** When every list shows what was written. */
  async settled(): Promise<void> {
    const position = await this.done('PATCH', '/users/newcomer', 'newcomer', { region: 'settled' });
    await eventually(async () => {
      await this.done('GET', `/users/newcomer?minPosition=${encodeURIComponent(position)}`, 'newcomer');
    });
    await eventually(() => this.done('GET', '/audit/proof?aggregate=group/suspended&revision=0', 'auditor'));
  }

  /** The place of the newest event of these tenants. */
  async head(): Promise<Position | undefined> {
    return this.log.head();
  }

  /** What requests have written behind a place; what the server's processes write there is due to what was written before. */
  async writtenSince(head: Position | undefined): Promise<string[]> {
    const written: string[] = [];
    for await (const events of this.log.readAll(head === undefined ? {} : { after: head })) {
      for (const { type, stream, metadata } of events) {
        const { via } = JSON.parse(metadata) as { readonly via: string };
        if (!via.startsWith('process:')) written.push(`${type} in ${stream}`);
      }
    }
    return written;
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

/** Sends all; gives the answers that are not right, and what was written meanwhile. */
export async function wrongsOf(world: World, requests: readonly Hostile[]): Promise<string[]> {
  const wrongs: string[] = [];
  const before = await world.head();
  const waiting = requests.values();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const { what, send } of waiting) {
        const wrong = await send();
        if (wrong !== '') wrongs.push(`${what}: ${wrong}`);
      }
    }),
  );
  const written = await world.writtenSince(before);
  if (written.length > 0) wrongs.push(`one of these wrote ${written.join(', ')}`);
  return wrongs;
}

/** The server's log, read beside the server. */
function logOf({ env, databaseUrl, tenant, otherTenant }: RunningParley): Promise<EventStore> {
  const { EVENT_STORE: connectionString } = env;
  return connectionString === undefined
    ? openStore(databaseUrl)
    : openEventStoreDb({ connectionString, log: silentLogger, tenants: [tenant, otherTenant] });
}
