import { expect } from 'chai';
import fc from 'fast-check';
import {
  clientKey,
  noticeKey,
  randomKey,
  RecentMessages,
  WINDOW,
} from '../../../../domain/conversation/recent-messages.js';
import type { RecentMessage } from '../../../../domain/conversation/message-facts.js';

type Known = Pick<RecentMessage, 'senderId' | 'clientMsgId' | 'random' | 'eventId'>;

const message = (seq: number, known: Partial<Known> = {}): RecentMessage => ({
  seq,
  messageId: `m${seq.toString()}`,
  senderId: 'ann',
  author: 'user',
  sentAt: seq,
  countable: seq,
  clientMsgId: null,
  random: null,
  print: 7,
  eventId: null,
  fate: 'shown',
  ...known,
});

/** Few of each, so that the same is known again. */
const some = <T>(...values: T[]) => fc.constantFrom(...values);
const known = fc.record({
  senderId: some('ann', 'bob'),
  clientMsgId: some<string | null>('c1', 'c2', null),
  random: some<number | null>(1, 2, null),
  eventId: some<string | null>('e1', 'e2', null),
});
const keys = ['ann', 'bob'].flatMap((who) => [
  ...['c1', 'c2'].map((id) => clientKey(who, id)),
  ...[1, 2].map((random) => randomKey(who, random, 7)),
]);
const allKeys = [...keys, ...['e1', 'e2'].map((eventId) => noticeKey({ eventId }))];

const step = fc.oneof(
  { weight: 4, arbitrary: known.map((said) => ({ kind: 'said', said }) as const) },
  { weight: 2, arbitrary: fc.nat(WINDOW - 1).map((back) => ({ kind: 'revoked', back }) as const) },
  // As commands that were decided and came to nothing leave it.
  { weight: 1, arbitrary: fc.nat().map((to) => ({ kind: 'branch', to }) as const) },
  { weight: 1, arbitrary: fc.constant({ kind: 'kept' } as const) },
);

/** As plainly as it can be said. */
const knownBy = (messages: readonly RecentMessage[], key: string): RecentMessage | undefined =>
  messages.findLast(({ senderId, clientMsgId, random, print, eventId }) =>
    [
      clientMsgId !== null && clientKey(senderId, clientMsgId),
      random !== null && print !== null && randomKey(senderId, random, print),
      eventId !== null && noticeKey({ eventId }),
    ].includes(key),
  );

interface Both {
  readonly all: readonly RecentMessage[];
  readonly recent: RecentMessages;
}

describe('the recent messages of a conversation', () => {
  const begun = new Map(
    [0, 5, WINDOW - 3, WINDOW, WINDOW + 100, 2 * WINDOW + 31].map((length) => {
      const all = Array.from({ length }, (_, n) => message(n + 1, { clientMsgId: n % 50 === 0 ? 'c1' : null }));
      return [length, { all, recent: all.reduce((before, each) => before.with(each), RecentMessages.none) }] as const;
    }),
  );

  it('are the last thousand, each as it is now, found by seq and by the newest that a key has; earlier states stay', () => {
    fc.assert(
      fc.property(fc.constantFrom(...begun.keys()), fc.array(step, { maxLength: 100 }), (length, steps) => {
        const states: Both[] = [begun.get(length)!];
        for (const each of steps) {
          const { all, recent } = states.at(-1)!;
          if (each.kind === 'branch') states.push(states[each.to % states.length]!);
          if (each.kind === 'kept') {
            const values = recent.values();
            const restored = RecentMessages.of(
              values.map(({ seq }) => seq),
              (index) => values[index]!,
            );
            states.push({ all, recent: restored });
          }
          if (each.kind === 'said') {
            const next = message(all.length + 1, each.said);
            states.push({ all: [...all, next], recent: recent.with(next) });
          }
          const seq = each.kind === 'revoked' ? all.length - each.back : 0;
          if (seq > 0) {
            const after = all.map((one) => (one.seq === seq ? { ...one, fate: 'revoked' as const } : one));
            states.push({ all: after, recent: recent.withFate(seq, 'revoked') });
          }
        }
        for (const { all, recent } of [states[0]!, states.at(-1)!]) {
          const window = all.slice(-WINDOW);
          expect(recent.size).to.equal(window.length);
          expect(recent.values()).to.deep.equal(window);
          for (const key of allKeys) expect(recent.by(key)).to.deep.equal(knownBy(window, key));
          const first = all.length - WINDOW + 1;
          for (const seq of [0, 1, first - 1, first, first + 1, all.length, all.length + 1])
            expect(recent.get(seq)).to.deep.equal(window.find((one) => one.seq === seq));
        }
      }),
      { numRuns: 60 },
    );
  });
});
