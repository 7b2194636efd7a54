import { groupDecider } from '../../domain/group/decider.js';
import type { GroupEvent } from '../../domain/group/events.js';
import { groupPresets } from '../../domain/group/presets.js';
import type { GroupState } from '../../domain/group/state.js';
import type { Row } from '../harness.js';

const MEMBERS = 100_000;
const BATCH = 1_000;

/** Folding one event into a group of 100,000 members, beside the bar of 20 µs (a constant, shown as a side). */
export function foldRow(): Row {
  let full: GroupState | undefined;
  const fold = (state: GroupState, event: GroupEvent): GroupState => groupDecider.evolve(state, event);
  const bar = 'the bar';
  return {
    name: `folding one event into a group of ${MEMBERS.toLocaleString('en-US')} members`,
    unit: 'µs',
    sides: [
      {
        name: 'evolve (mute, unmute, role, leave, join)',
        run: (ms) => {
          full ??= grown(fold);
          let state = full;
          let folded = 0;
          const start = performance.now();
          while (performance.now() - start < ms) {
            for (let i = 0; i < BATCH; i++) state = fold(state, eventOf(folded++));
          }
          return Promise.resolve(((performance.now() - start) * 1000) / folded);
        },
      },
      { name: bar, run: () => Promise.resolve(20) },
    ],
    bars: [{ peer: bar, bar: 1 }],
  };
}

const groupId = 'large';

function grown(fold: (state: GroupState, event: GroupEvent) => GroupState): GroupState {
  let state = fold(groupDecider.initialState, {
    type: 'GroupCreated',
    data: {
      groupId,
      number: 2 ** 52,
      incarnation: 1,
      rules: groupPresets.parley.rules,
      kind: '',
      name: groupId,
      avatar: '',
      introduction: '',
      ext: '',
      customFields: [],
      ownerId: 'u0',
      creatorId: 'u0',
      maximum: MEMBERS,
      joinPolicy: { selfJoin: 'open', memberInvite: 'joins' },
      settings: groupPresets.parley.defaults.settings,
      createdAt: 0,
      origin: { kind: 'created' },
    },
  });
  for (let i = 0; i < MEMBERS; i++) state = fold(state, joined(i));
  return state;
}

const joined = (i: number): GroupEvent => ({
  type: 'MemberJoined',
  data: {
    groupId,
    userId: `u${i.toString()}`,
    role: i === 0 ? 'owner' : 'member',
    source: 'open',
    joinedAt: i,
    seesEarlier: false,
  },
});

/** Five kinds of events in turn, spread over the members. */
function eventOf(n: number): GroupEvent {
  const i = 1 + ((Math.floor(n / 5) * 7919) % (MEMBERS - 1));
  const userId = `u${i.toString()}`;
  switch (n % 5) {
    case 0:
      return { type: 'MemberMuted', data: { groupId, userId, until: 1, by: 'u0' } };
    case 1:
      return { type: 'MemberUnmuted', data: { groupId, userId, by: 'u0', why: 'lifted' } };
    case 2:
      return { type: 'MemberRoleChanged', data: { groupId, userId, from: 'member', to: 'admin', by: 'u0' } };
    case 3:
      return { type: 'MemberLeft', data: { groupId, userId, roleBefore: 'admin' } };
    default:
      return joined(i);
  }
}
