import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import type { Tools } from '../../application/ports/tools.js';
import { loadConfig } from '../../infrastructure/config/config.js';
import { openTools } from '../../infrastructure/container.js';
import { ENGINES, type TestEngine, testEngine } from '../support/engines.js';
import { friendshipRaces, runFriendshipRace } from '../support/friendship-races.js';
import { type HistoryItem, lawfulGroup } from '../support/group-laws.js';
import { messageRaces } from '../support/message-races.js';
import { OpenimClient } from '../support/openim-client.js';
import { launchParley, type ParleyProcess } from '../support/parley-process.js';
import { freshDatabase } from '../support/postgres.js';
import { type Random, seededRandom } from '../support/random.js';
import { silentLogger } from '../support/silent-logger.js';
import { type V1Answer, V1Client } from '../support/v1-client.js';

/** 20 in `npm test`, 2,000 in `npm run test:soak`. */
const ROUNDS = Number(process.env['PARLEY_RACE_ROUNDS'] ?? '20');
/** Of people: rounds of each pair follow each other. */
const PAIRS = [
  ['ada', 'bob'],
  ['ada', 'cat'],
  ['ada', 'eve'],
  ['bob', 'cat'],
  ['bob', 'eve'],
  ['cat', 'eve'],
] as const;
/** Rounds that run side by side, each on a group of its own. */
const LANES = 8;

interface Receipt {
  readonly id: string;
  readonly revision: number;
  readonly position?: string;
  readonly changed: boolean;
  readonly code?: string;
}

type Person = 'root' | 'ada' | 'bob' | 'cat' | 'eve';

/** One command of a race. `path` is below the group's. */
interface Contender {
  readonly by: Person;
  readonly method: string;
  readonly path: string;
  readonly body?: object;
  /** What the last event of it is. */
  readonly event: string;
  /** With which codes it may be refused when another one came first. */
  readonly refused: readonly string[];
  /** Whether it succeeds, changing nothing, when another one came first and did the same. */
  readonly mayBeSo?: true;
}

interface Race {
  readonly name: string;
  readonly group?: object;
  /** A request to join that eve makes before. */
  readonly asked?: boolean;
  readonly contenders: readonly Contender[];
  /** How many of them change something. */
  readonly winners: readonly number[];
}

const dismiss: Contender = { by: 'ada', method: 'DELETE', path: '', event: 'GroupDismissed', refused: [] };
const races: readonly Race[] = [
  {
    name: 'transfer against transfer',
    contenders: (['bob', 'cat'] as const).map((userId) => ({
      by: 'ada',
      method: 'PUT',
      path: '/owner',
      body: { userId },
      event: 'OwnerTransferred',
      refused: ['NotGroupOwner'],
    })),
    winners: [1],
  },
  {
    name: 'kick against leave',
    contenders: [
      { by: 'ada', method: 'DELETE', path: '/members/bob', event: 'MemberRemoved', refused: [], mayBeSo: true },
      { by: 'bob', method: 'DELETE', path: '/members/me', event: 'MemberLeft', refused: [], mayBeSo: true },
    ],
    winners: [1],
  },
  {
    name: 'join against dismiss',
    contenders: [
      { by: 'eve', method: 'PUT', path: '/members/me', event: 'MemberJoined', refused: ['GroupDismissed'] },
      dismiss,
    ],
    winners: [1, 2],
  },
  {
    name: 'approve against refuse',
    group: { joinPolicy: { selfJoin: 'approval', memberInvite: 'joins' }, admins: ['bob'], members: ['cat'] },
    asked: true,
    contenders: [
      {
        by: 'bob',
        method: 'PUT',
        path: '/join-requests/eve/answer',
        body: { answer: 'approved' },
        event: 'MemberJoined',
        refused: ['JoinRequestHandled', 'JoinRequestNotFound'],
      },
      {
        by: 'ada',
        method: 'PUT',
        path: '/join-requests/eve/answer',
        body: { answer: 'refused' },
        event: 'JoinRequestAnswered',
        refused: ['JoinRequestHandled', 'JoinRequestNotFound'],
      },
    ],
    winners: [1],
  },
  {
    name: 'mute against dismiss',
    group: { admins: ['cat'], members: ['bob'] },
    contenders: [
      { by: 'cat', method: 'PUT', path: '/members/bob/mute', event: 'MemberMuted', refused: ['GroupDismissed'] },
      { by: 'ada', method: 'PUT', path: '/mute', event: 'GroupMuted', refused: ['GroupDismissed'] },
      dismiss,
    ],
    winners: [1, 2, 3],
  },
];

/** What chance decides of a contender, known before the round begins so that a seed repeats it. */
interface Start {
  readonly contender: Contender;
  readonly server: number;
  /** Sent to the other server too, with the same key: a client that repeats because he was impatient. */
  readonly twice: boolean;
  readonly delayMs: number;
}

for (const engine of ENGINES)
  describe(`races over HTTP on two servers of one log, on ${engine}`, function () {
    this.timeout(60_000 + ROUNDS * 1_000);
    const random = seededRandom();
    const tokens = new Map<string, string>();
    /** To be closed in the opposite order, also where a server could not start. */
    const opened: (() => Promise<unknown>)[] = [];
    let eventStore: TestEngine;
    let servers: ParleyProcess[] = [];
    let tools: Tools;
    let clients: V1Client[];

    before(async () => {
      console.log(`      seed ${random.seed.toString()} (PARLEY_TEST_SEED repeats it)`);
      eventStore = await testEngine(engine);
      opened.push(() => eventStore.stop());
      const database = await freshDatabase('races');
      opened.push(() => database.drop());
      const env = {
        ...eventStore.env,
        DATABASE_URL: database.url,
        PARLEY_MASTER_KEY: randomBytes(32).toString('base64'),
        PARLEY_TOKEN_SECRET: randomBytes(48).toString('base64'),
        PARLEY_APP_ADMINS: 'root',
      };
      const launched = [launchParley(env), launchParley(env)];
      servers = launched.map(({ process }) => process);
      opened.push(() => Promise.all(servers.map((server) => server.end())));
      await Promise.all(launched.map(({ ready }) => ready));
      tools = await openTools(loadConfig(env), silentLogger);
      opened.push(() => tools.close());
      clients = servers.map(({ url }) => new V1Client(url));
      await Promise.all(
        ['root', 'ada', 'bob', 'cat', 'eve', 'maker'].map(async (userId, n) => {
          tokens.set(userId, (await client(n).person(userId)).token);
        }),
      );
    });

    after(async () => {
      for (const close of opened.reverse()) await close();
    });

    const client = (n: number): V1Client => clients[n % clients.length]!;
    const tokenOf = (userId: string): string => tokens.get(userId)!;

    for (const race of races) {
      it(`${race.name}: what was acknowledged stands in the history, and the group is lawful at every revision`, async () => {
        const plans = Array.from({ length: ROUNDS }, () => startsOf(race, random));
        await inLanes(plans, async (starts, round) => {
          await run(race, starts, `${race.name.replaceAll(' ', '-')}-${round.toString()}`);
        });
      });
    }

    async function run(race: Race, starts: readonly Start[], groupId: string): Promise<void> {
      const made = await client(starts[0]!.server).call('POST', '/groups', {
        token: tokenOf('ada'),
        body: { groupId, name: 'Race', members: ['bob', 'cat'], ...race.group },
      });
      expect(made.status, JSON.stringify(made.body)).to.equal(201);
      if (race.asked === true) {
        const asked = await client(starts[1]!.server).call('PUT', `/groups/${groupId}/members/me`, {
          token: tokenOf('eve'),
        });
        expect(asked.body, groupId).to.include({ changed: true });
      }
      const before = (await historyOf(groupId, 0)).length;

      const answers = await Promise.all(starts.map((start) => send(groupId, start)));

      const history = await historyOf(groupId, starts[0]!.server);
      const told = lawfulGroup(history);
      const acknowledged = starts.flatMap(({ contender }, i) => acknowledgedBy(contender, answers[i]!, history));
      expect(race.winners, `${groupId}: those who changed something`).to.include(acknowledged.length);
      expect(new Set(acknowledged).size, `${groupId}: two commands named one event`).to.equal(acknowledged.length);
      // Everybody got his answer, so nothing may stand there that nobody was told of.
      const commands = new Set(history.slice(before).map(({ correlationId }) => correlationId));
      expect(commands.size, groupId).to.equal(acknowledged.length);

      const position = answers.flat().reduce((last, { body }) => maximum(last, body.position), '');
      const view = await client(starts[1]!.server).call(
        'GET',
        `/groups/${groupId}${position === '' ? '' : `?minPosition=${position}`}`,
        { token: tokenOf('root') },
      );
      expect(view.body, groupId).to.include({
        memberCount: told.members.size,
        ownerId: told.ownerId,
        status: told.dismissed ? 'dismissed' : 'active',
        revision: history.length - 1,
      });
    }

    async function send(groupId: string, { contender, server, twice, delayMs }: Start): Promise<V1Answer<Receipt>[]> {
      const { by, method, path, body } = contender;
      const key = `${groupId}:${method}:${path}:${JSON.stringify(body ?? '')}`;
      await pause(delayMs);
      return Promise.all(
        [server, ...(twice ? [server + 1] : [])].map((n) =>
          client(n).call<Receipt>(method, `/groups/${groupId}${path}`, {
            token: tokenOf(by),
            headers: { 'idempotency-key': key },
            ...(body === undefined ? {} : { body }),
          }),
        ),
      );
    }

    /** The revision that a command was told it wrote; none when it was refused. Both answers to one key say the same. */
    function acknowledgedBy(
      contender: Contender,
      answers: readonly V1Answer<Receipt>[],
      history: readonly HistoryItem[],
    ): number[] {
      const what = `${contender.method} ${contender.path} by ${contender.by}`;
      const revisions = answers.map(({ status, body }) => {
        if (status === 200 && !body.changed && contender.mayBeSo) return undefined;
        if (status === 200) {
          expect(body.changed, `${what} changed something`).to.equal(true);
          const event = history[body.revision];
          expect(event, `${what} names a revision that is there`).to.include({ type: contender.event });
          expect(event?.actor.id, what).to.equal(contender.by);
          return body.revision;
        }
        expect(contender.refused, `${what}: ${status.toString()} ${JSON.stringify(body)}`).to.include(body.code);
        return undefined;
      });
      expect(new Set(revisions).size, `${what}: ${JSON.stringify(answers)}`).to.equal(1);
      return revisions[0] === undefined ? [] : [revisions[0]];
    }

    it('eight equal creates with one Idempotency-Key: one group, and eight times the same answer', async () => {
      const token = tokenOf('maker');
      const plans = Array.from({ length: ROUNDS }, () => ({ named: random.next() < 0.5, first: random.between(0, 2) }));
      let last = '';
      await inLanes(plans, async ({ named, first }, round) => {
        const body = { name: 'Made once', members: ['bob'], ...(named ? { groupId: `made-${round.toString()}` } : {}) };
        const answers = await Promise.all(
          Array.from({ length: 8 }, (_, n) =>
            client(first + n).call<Receipt>('POST', '/groups', {
              token,
              body,
              headers: { 'idempotency-key': `once-${round.toString()}` },
            }),
          ),
        );
        for (const { status, body: receipt } of answers) {
          expect(status, JSON.stringify(receipt)).to.equal(201);
          expect(receipt).to.deep.equal(answers[0]!.body);
        }
        const fresh = answers.filter(({ headers }) => headers.get('idempotent-replayed') === null);
        expect(fresh.length, 'answers that are nobody’s repeat').to.equal(1);
        const { id, position } = answers[0]!.body;
        last = maximum(last, position);
        const history = await historyOf(id, first + 1);
        expect(lawfulGroup(history).members.size).to.equal(2);
        expect(new Set(history.map(({ correlationId }) => correlationId)).size).to.equal(1);
      });
      const mine = await client(0).call<{ total: number }>('GET', `/groups?limit=1&minPosition=${last}`, { token });
      expect(mine.body.total, 'groups that these creates made').to.equal(ROUNDS);
    });

    for (const race of friendshipRaces) {
      it(`${race.name}: what was acknowledged stands, and both sides show the same`, async () => {
        const rounds = Array.from({ length: ROUNDS }, (_, round) => round);
        const ring = { client, tokenOf, random };
        await Promise.all(
          PAIRS.map(async (pair, lane) => {
            for (const round of rounds.filter((each) => each % PAIRS.length === lane)) {
              await runFriendshipRace(race, pair, `${race.name.replaceAll(' ', '-')}-${round.toString()}`, ring);
            }
          }),
        );
      });
    }

    for (const race of messageRaces) {
      it(race.name, async () => {
        const clients003 = servers.map(({ url }) => new OpenimClient(`${url}/openim`, ''));
        const im = (n: number): OpenimClient => clients003[n % clients003.length]!;
        const ring = { im, client, tokenOf, random, logOfGroupChat };
        const rounds = Array.from({ length: ROUNDS }, (_, round) => round);
        await Promise.all(
          PAIRS.map(async (pair, lane) => {
            for (const round of rounds.filter((each) => each % PAIRS.length === lane))
              await race.run(ring, pair, round);
          }),
        );
      });
    }

    async function logOfGroupChat(groupId: string): Promise<{ type: string; data: object }[]> {
      const stream = { category: 'conversation', kind: 'group', groupId, incarnation: 1 } as const;
      const log: { type: string; data: object }[] = [];
      for await (const batch of tools.history.all({ ...stream, tenant: eventStore.tenant }))
        for (const item of batch)
          log.push({ type: item.stored.type, data: 'event' in item ? { ...item.event?.data } : {} });
      return log;
    }

    async function historyOf(groupId: string, server: number): Promise<readonly HistoryItem[]> {
      const page = await client(server).call<{ items: HistoryItem[]; next: null }>(
        'GET',
        `/groups/${groupId}/events?limit=1000`,
        { token: tokenOf('root') },
      );
      expect(page.status, JSON.stringify(page.body)).to.equal(200);
      expect(page.body.next).to.equal(null);
      return page.body.items;
    }
  });

/** Each contender goes to one of the two servers; the order, a few milliseconds and repeats are by chance. */
function startsOf({ contenders }: Race, random: Random): Start[] {
  return contenders
    .map((contender) => ({
      contender,
      order: random.next(),
      server: random.between(0, 2),
      twice: random.next() < 0.5,
      delayMs: random.between(0, 4),
    }))
    .sort((a, b) => a.order - b.order);
}

async function inLanes<Plan>(plans: readonly Plan[], run: (plan: Plan, round: number) => Promise<void>): Promise<void> {
  const waiting = plans.entries();
  await Promise.all(
    Array.from({ length: LANES }, async () => {
      for (const [round, plan] of waiting) await run(plan, round);
    }),
  );
}

/** Positions of one log sort as text. */
const maximum = (a: string, b: string | undefined): string => (b !== undefined && b > a ? b : a);
