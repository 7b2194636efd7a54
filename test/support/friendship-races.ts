import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import type { Random } from './random.js';
import type { V1Answer, V1Client } from './v1-client.js';

/** One command of a race between two people. `by`: which of the two; `path` is below his own, with the other's id as `*`. */
interface Contender {
  readonly by: 0 | 1;
  readonly method: string;
  readonly path: string;
  readonly body?: object;
  /** With which codes it may be refused when another one came first. */
  readonly refused: readonly string[];
}

export interface FriendshipRace {
  readonly name: string;
  /** A request of the first to the second that was made before. */
  readonly asked?: boolean;
  readonly contenders: readonly Contender[];
  /** How many of them change something. */
  readonly winners: readonly number[];
}

const ask = (by: 0 | 1): Contender => ({
  by,
  method: 'PUT',
  path: '/friend-requests/sent/*',
  body: { message: `from ${by.toString()}` },
  refused: ['AlreadyFriends'],
});
const answer = (said: string): Contender => ({
  by: 1,
  method: 'PUT',
  path: '/friend-requests/received/*/answer',
  body: { answer: said },
  refused: ['FriendRequestHandled'],
});

export const friendshipRaces: readonly FriendshipRace[] = [
  { name: 'ask against ask', contenders: [ask(0), ask(1)], winners: [2] },
  { name: 'accept against refuse', asked: true, contenders: [answer('accepted'), answer('refused')], winners: [1] },
  {
    name: 'take back against accept, and ask anew',
    asked: true,
    contenders: [
      { by: 0, method: 'DELETE', path: '/friend-requests/sent/*', refused: ['FriendRequestHandled'] },
      answer('accepted'),
      { ...ask(1), refused: ['AlreadyFriends'] },
    ],
    winners: [1, 2],
  },
];

interface Receipt {
  readonly changed: boolean;
  readonly position?: string;
  readonly code?: string;
  readonly outcome?: object;
}

interface Seen {
  readonly friend: object | null;
  readonly inOthersList: boolean;
  readonly sent: { readonly status: string } | null;
  readonly received: { readonly status: string } | null;
}

export interface Ring {
  /** Of the two servers. */
  readonly client: (server: number) => V1Client;
  readonly tokenOf: (userId: string) => string;
  readonly random: Random;
}

/** Runs the race once between two who are nothing to each other, and leaves them so. @throws what isn't as it must be */
export async function runFriendshipRace(
  race: FriendshipRace,
  pair: readonly [string, string],
  round: string,
  { client, tokenOf, random }: Ring,
): Promise<void> {
  const send = ({ by, method, path, body }: Contender, server: number, key: string): Promise<V1Answer<Receipt>> =>
    client(server).call<Receipt>(method, `/users/me${path.replace('*', pair[1 - by]!)}`, {
      token: tokenOf(pair[by]),
      headers: { 'idempotency-key': key },
      ...(body === undefined ? {} : { body }),
    });
  if (race.asked === true) {
    const asked = await send(ask(0), random.between(0, 2), `${round}:before`);
    expect(asked.body, round).to.include({ changed: true });
  }

  // Each goes to one of the two servers, a few milliseconds apart; some to both, as an impatient client's repeat.
  const starts = race.contenders.map((contender, n) => ({
    contender,
    key: `${round}:${n.toString()}`,
    server: random.between(0, 2),
    twice: random.next() < 0.5,
    delayMs: random.between(0, 4),
  }));
  const answers = await Promise.all(
    starts.map(async ({ contender, key, server, twice, delayMs }) => {
      await pause(delayMs);
      return Promise.all([server, ...(twice ? [server + 1] : [])].map((n) => send(contender, n, key)));
    }),
  );

  const won = starts.filter(({ contender }, n) => {
    const [first, ...repeats] = answers[n]!;
    const what = `${round}: ${contender.method} ${contender.path}: ${JSON.stringify(first?.body)}`;
    for (const { status, body } of repeats) {
      expect({ status, changed: body.changed, code: body.code, outcome: body.outcome }, what).to.deep.equal({
        status: first?.status,
        changed: first?.body.changed,
        code: first?.body.code,
        outcome: first?.body.outcome,
      });
    }
    if (first?.status === 200) return first.body.changed;
    expect(contender.refused, what).to.include(first?.body.code);
    return false;
  });
  expect(race.winners, `${round}: ${JSON.stringify(answers.flat().map(({ body }) => body))}`).to.include(won.length);

  const position = answers
    .flat()
    .reduce((last, { body }) => ((body.position ?? '') > last ? body.position! : last), '');
  await expectConsistent(pair, round, position, { client, tokenOf, random });
  await part(pair, { client, tokenOf, random });
}

/** Both see the same of each other, and nothing that can't be. */
async function expectConsistent(
  pair: readonly [string, string],
  round: string,
  position: string,
  { client, tokenOf }: Ring,
): Promise<void> {
  const [one, other] = await Promise.all(
    ([0, 1] as const).map(async (n) => {
      const path = `/users/me/friends/${pair[1 - n]!}?minPosition=${position}`;
      const seen = await client(n).call<Seen>('GET', path, { token: tokenOf(pair[n]) });
      expect(seen.status, `${round}: ${JSON.stringify(seen.body)}`).to.equal(200);
      return seen.body;
    }),
  );
  if (one === undefined || other === undefined) throw new Error('two were asked');
  const what = `${round}: ${JSON.stringify([one, other])}`;
  expect(one.friend !== null, what).to.equal(other.inOthersList);
  expect(other.friend !== null, what).to.equal(one.inOthersList);
  expect(one.friend !== null, `${what}: in both directions or in none`).to.equal(other.friend !== null);
  expect([one.sent, one.received], what).to.deep.equal([other.received, other.sent]);
  const pending = [one.sent, one.received].filter((request) => request?.status === 'pending');
  expect(pending.length, what).to.be.at.most(one.friend === null ? 1 : 0);
  const accepted = [one.sent, one.received].some((request) => request?.status === 'accepted');
  expect(accepted || one.friend === null, `${what}: friends by a request that was accepted`).to.equal(true);
}

async function part(pair: readonly [string, string], { client, tokenOf, random }: Ring): Promise<void> {
  await Promise.all(
    ([0, 1] as const).flatMap((n) =>
      ['friends', 'friend-requests/sent'].map((list) =>
        client(random.between(0, 2)).call('DELETE', `/users/me/${list}/${pair[1 - n]!}`, { token: tokenOf(pair[n]) }),
      ),
    ),
  );
}
