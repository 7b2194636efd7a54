import { expect } from 'chai';
import fc from 'fast-check';
import { applyPatch } from 'rfc6902';
import { patchBetween } from '../../../application/audit/patch.js';
import { StateReader } from '../../../application/audit/state-at.js';
import { HistoryReader } from '../../../application/queries/history.js';
import type { StreamId } from '../../../application/streams.js';
import type { DomainEvent } from '../../../domain/shared/event.js';
import { groupDecider } from '../../../domain/group/decider.js';
import type { GroupEvent } from '../../../domain/group/events.js';
import { memberCount } from '../../../domain/group/state.js';
import { ArrayEventStore, plainSerializer } from '../../support/array-event-store.js';
import { created, Historian, joined, registered, START, streamOf } from '../../support/group-histories.js';
import { randomHistory } from '../../support/random-history.js';

const TENANT = 't1';
const CLUB: StreamId = { category: 'group', tenant: TENANT, groupId: 'club' };

describe('a state as it was', () => {
  let history: Historian;
  let states: StateReader;
  beforeEach(() => {
    const store = new ArrayEventStore();
    history = new Historian(store);
    states = new StateReader(store, new HistoryReader(store, plainSerializer));
  });

  const story = (): void => {
    history.write(
      created('club', 'ann'),
      joined('club', 'ann', 'owner'),
      joined('club', 'ben', 'member', { card: { nickname: 'Benny' } }),
      { type: 'AnnouncementPublished', data: { groupId: 'club', text: 'we meet', by: 'ann' } },
      { type: 'MemberMuted', data: { groupId: 'club', userId: 'ben', until: null, by: 'ann' } },
    );
  };

  it('given any history, then at each revision it is what the live fold of the events up to it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(100_000), { maxLength: 60 }), async (choices) => {
        const store = new ArrayEventStore();
        const reader = new StateReader(store, new HistoryReader(store, plainSerializer));
        const events = randomHistory(choices);
        new Historian(store, TENANT).write(...events);
        const stream = streamOf({ type: 'GroupCreated', data: { groupId: 'g1' } }, TENANT);
        const own = events.filter((event) => streamOf(event, TENANT) === stream) as GroupEvent[];
        const id: StreamId = { category: 'group', tenant: TENANT, groupId: 'g1' };
        for (let revision = -1; revision < own.length; revision += 7) {
          const { state, revision: last } = await reader.stateAt(id, { revision });
          const live = own.slice(0, revision + 1).reduce(groupDecider.evolve, groupDecider.initialState);
          expect(last).to.equal(revision);
          expect(state['status']).to.equal(live.status);
          if (live.status === 'none') continue;
          expect(Object.keys(state['members'] as object)).to.have.length(memberCount(live));
          expect(state['ownerId']).to.equal(live.ownerId);
        }
        const { before, after, happened } = await reader.changes(id, { revision: 3 }, undefined, 10);
        expect(happened).to.equal(Math.max(0, own.length - 4));
        const patched = structuredClone(before.state);
        expect(applyPatch(patched, structuredClone([...patchBetween(before.state, after.state)]))).to.satisfy(
          (results: readonly unknown[]) => results.every((result) => result === null),
        );
        expect(patched).to.deep.equal(after.state);
      }),
      { numRuns: 25 },
    );
  });

  it('shows what people wrote as it can be read, and no print of it', async () => {
    story();
    const { state, at, complete } = await states.stateAt(CLUB, undefined);
    expect({ at, complete }).to.deep.equal({ at: START + 4, complete: true });
    expect(state).to.include({ announcement: 'we meet', ownerId: 'ann' });
    expect(state).to.have.nested.property('members.ben.card').that.deep.equals({ nickname: 'Benny' });
    history.write(registered('ann', { nickname: 'Ann' }));
    const user: StreamId = { category: 'user', tenant: TENANT, userId: 'ann' };
    expect((await states.stateAt(user, undefined)).state).to.have.nested.property('profile.nickname', 'Ann');
    const chat: StreamId = { category: 'conversation', tenant: TENANT, kind: 'single', a: 'ann', b: 'ben' };
    const sent = { seq: 1, messageId: 'm', senderId: 'ann', from: 'user', sentAt: 1, countable: 1, mentions: [] };
    history.writeTo(
      chat,
      { type: 'ConversationOpened', data: { about: { kind: 'single', a: 'ann', b: 'ben' } } },
      { type: 'MessageSent', data: { ...sent, content: { format: 'parley', type: 'text', body: '"hidden"' } } },
    );
    const said = JSON.stringify((await states.stateAt(chat, undefined)).state);
    expect(said).to.contain('"lastSeq":1').and.contain('"senderId":"ann"');
    expect(said).to.not.contain('print').and.not.contain('hidden');
  });

  it('is that of a time when everything decided by then is in it', async () => {
    story();
    expect(await states.stateAt(CLUB, { at: START - 1 })).to.deep.include({ revision: -1, at: null });
    expect((await states.stateAt(CLUB, { at: START + 3 })).revision).to.equal(3);
    const { before, after, events, happened } = await states.changes(CLUB, { at: START + 3 }, { at: START + 9 }, 5);
    expect([before.revision, after.revision, happened]).to.deep.equal([3, 4, 1]);
    expect(events[0]).to.include({ type: 'MemberMuted' });
    expect(patchBetween(before.state, after.state)).to.deep.equal([
      { op: 'replace', path: '/members/ben/mute', value: { until: null } },
    ]);
  });

  it('says so where an event of a newer version is not in it', async () => {
    story();
    const newer: DomainEvent = { type: 'MemberKnighted', data: { groupId: 'club' } };
    const store = history.store;
    history.write(newer);
    const blind = {
      open: async (events: Parameters<HistoryReader['open']>[0]) =>
        (await new HistoryReader(store, plainSerializer).open(events)).map((item) =>
          'event' in item && item.type === 'MemberKnighted' ? { ...item, event: undefined } : item,
        ),
    };
    expect((await new StateReader(store, blind).stateAt(CLUB, undefined)).complete).to.equal(false);
  });
});
