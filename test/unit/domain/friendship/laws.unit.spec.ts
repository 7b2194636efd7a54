import { expect } from 'chai';
import * as fc from 'fast-check';
import { friendshipDecider } from '../../../../domain/friendship/decider.js';
import type { FriendshipEvent } from '../../../../domain/friendship/events.js';
import type { FriendshipSettings } from '../../../../domain/friendship/settings.js';
import { areFriends, pendingFrom, sideOf, type Friendship } from '../../../../domain/friendship/state.js';
import { DomainError } from '../../../../domain/shared/errors.js';
import { lawfulFriendship } from '../../../support/friendship-laws.js';
import { type Act, anyAct } from '../../../support/friendship-stories.js';
import { NOW } from '../../../support/group-stories.js';

const anySettings: fc.Arbitrary<FriendshipSettings> = fc.record({
  strangersMayWrite: fc.boolean(),
  requestAgainAfterMs: fc.constantFrom(0, 0, 3),
  answeredAgainAfterMs: fc.constantFrom(0, 3),
  backUnasked: fc.boolean(),
  deletingBlocks: fc.boolean(),
  blockedMayAsk: fc.boolean(),
});

/** Decides them in turn, a millisecond apart. */
function played(acts: readonly Act[]): { state: Friendship; appends: FriendshipEvent[][] } {
  let state = friendshipDecider.initialState;
  const appends: FriendshipEvent[][] = [];
  acts.forEach(({ command, actor, own }, at) => {
    try {
      const { events, outcome } = friendshipDecider.decide(state, { ...command, actor, at: NOW + at });
      expect(own, 'only whose act it is may do it').to.equal(true);
      expect(outcome.alreadySo, 'what writes nothing says so').to.equal(events.length === 0);
      for (const event of events) state = friendshipDecider.evolve(state, event);
      appends.push([...events]);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      if (!own) expect(error.kind).to.equal('NotPermitted');
    }
  });
  return { state, appends };
}

describe('two people, whatever both do', () => {
  it('end in a consistent pair that the history tells too', () => {
    fc.assert(
      fc.property(fc.array(anyAct('ann', 'bob', anySettings), { maxLength: 40 }), (acts) => {
        const { state, appends } = played(acts);
        const told = lawfulFriendship('ann', 'bob', appends);
        for (const [id, side] of told) {
          const known = sideOf(state, id);
          expect(known.friend !== null).to.equal(side.friend);
          expect(known.friend?.pinned ?? false).to.equal(side.pinned);
          expect(known.friend?.card.remark !== undefined).to.equal(side.remark !== '');
          expect(known.blocks).to.equal(side.blocks);
          expect(known.request?.status).to.equal(side.request?.status);
          expect(pendingFrom(state, id) !== undefined).to.equal(side.request?.status === 'pending');
        }
        expect(areFriends(state, 'ann', 'bob')).to.equal([...told.values()].every(({ friend }) => friend));
      }),
      { numRuns: 400 },
    );
  });

  it('fold whatever stands in the history, in whatever order, also where a person was erased', () => {
    fc.assert(
      fc.property(
        fc.array(anyAct('ann', 'bob', anySettings), { maxLength: 30 }),
        fc.func(fc.nat(1000)),
        (acts, key) => {
          const events = played(acts).appends.flat();
          const erased = events.map((event) =>
            event.type === 'FriendCardChanged' && event.data.changes !== undefined
              ? ({ ...event, data: { ...event.data, changes: null } } as unknown as FriendshipEvent)
              : event,
          );
          const mixed = erased.map((event, index) => [key(index), event] as const).sort(([a], [b]) => a - b);
          expect(() =>
            mixed.reduce((state, [, event]) => friendshipDecider.evolve(state, event), friendshipDecider.initialState),
          ).not.to.throw();
        },
      ),
      { numRuns: 50 },
    );
  });
});
