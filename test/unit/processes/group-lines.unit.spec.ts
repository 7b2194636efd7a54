import { expect } from 'chai';
import type { Cause } from '../../../application/processes/process.js';
import { groupLines, lineTypes, MOST_IN_LINE } from '../../../application/processes/group-lines.js';
import type { GroupEvent } from '../../../domain/group/events.js';
import type { Actor } from '../../../domain/shared/actor.js';
import { created, dismissed, joined, left } from '../../support/group-histories.js';
import { makePosition } from '../../../application/ports/positions.js';

const ann: Actor = { kind: 'user', id: 'ann' };
const root: Actor = { kind: 'appAdmin', id: 'root' };

/** As one command of the actor's wrote them; ids are e0, e1 … */
const causes = (events: readonly GroupEvent[], actor: Actor): Cause[] =>
  events.map((event, n) => ({
    name: {
      id: `e${String(n)}`,
      stream: 'parley_group-t.g',
      revision: n,
      position: makePosition('s', BigInt(n + 1)),
      type: event.type,
    },
    tenant: 't',
    occurredAt: 1,
    actor,
    correlationId: 'c',
    event,
  }));

const told = (events: readonly GroupEvent[], actor = ann): unknown[] =>
  groupLines(causes(events, actor)).map(({ cause, notice: { eventId, ...notice } }) => {
    expect(eventId, 'the line names the event that it is due to').to.equal(cause.name.id);
    return { event: eventId, ...notice };
  });

const groupId = 'g';
const invited = (userId: string, inviterId = 'ann'): GroupEvent => ({
  type: 'MemberInvited',
  data: { groupId, inviteId: `i${userId}`, userId, inviterId, awaits: [] },
});
const removed = (userId: string, by = 'ann'): GroupEvent => ({
  type: 'MemberRemoved',
  data: { groupId, userId, roleBefore: 'member', by, byRole: 'owner', reason: 'shouted' },
});
const handedOver = (why: 'requested' | 'ownerLeft' | 'admin', from: string | null = 'ann'): GroupEvent => ({
  type: 'OwnerTransferred',
  data: { groupId, from, to: 'ben', formerOwnerBecomes: 'member', newOwnerWas: 'member', why },
});
const byInvitation = (userId: string): GroupEvent =>
  joined(groupId, userId, 'member', { source: 'invitation', inviterId: 'ann', inviteId: `i${userId}` });

describe('the lines that group changes are in the chat', () => {
  it('given what was done in silence (001), there is none', () => {
    const events = [created(groupId, 'ann'), joined(groupId, 'ann', 'owner')];
    expect(groupLines(causes(events, ann).map((cause) => ({ ...cause, silent: true as const })))).to.deep.equal([]);
    const [first, ...rest] = causes([removed('ben'), removed('cid')], ann);
    expect(groupLines([{ ...first!, silent: true }, ...rest]).map(({ notice }) => notice.userIds)).to.deep.equal([
      ['cid'],
    ]);
  });

  it('given a creation, it is one line, whoever came in with it, and names the first of them', () => {
    expect(
      told([
        created(groupId, 'ann'),
        joined(groupId, 'ann', 'owner'),
        joined(groupId, 'ben', 'member', { inviterId: 'ann' }),
        { type: 'AnnouncementPublished', data: { groupId, text: 'welcome', by: 'ann' } },
      ]),
    ).to.deep.equal([{ event: 'e0', kind: 'GroupCreated', by: 'ann', userIds: ['ben'] }]);
    const crowd = Array.from({ length: 500 }, (_, n) => joined(groupId, `u${String(n)}`));
    const [line, ...more] = groupLines(causes([created(groupId, 'ann'), ...crowd], ann));
    expect(line!.notice.userIds).to.have.length(MOST_IN_LINE);
    expect(more).to.deep.equal([]);
  });

  it('given an import, it is none: what comes from elsewhere has its own history', () => {
    const imported = created(groupId, 'ann', { origin: { kind: 'imported' } });
    expect(told([imported, joined(groupId, 'ann', 'owner', { source: 'import' })], root)).to.deep.equal([]);
    expect(told([joined(groupId, 'ben', 'member', { source: 'import' })], root)).to.deep.equal([]);
  });

  it('given people whom one command brings in, they share a line, 50 at most', () => {
    const people = Array.from({ length: 120 }, (_, n) => `u${String(n)}`);
    const lines = groupLines(
      causes(
        people.flatMap((userId) => [invited(userId), byInvitation(userId)]),
        ann,
      ),
    );
    expect(lines.map(({ notice: { kind, by, userIds } }) => [kind, by, userIds.length])).to.deep.equal([
      ['MemberJoined', 'ann', 50],
      ['MemberJoined', 'ann', 50],
      ['MemberJoined', 'ann', 20],
    ]);
    expect(lines.flatMap(({ notice }) => notice.userIds)).to.deep.equal(people);
    expect(lines.map(({ cause }) => cause.name.revision)).to.deep.equal([1, 101, 201]);
  });

  it('says who brought somebody in, and believes nobody who names an inviter himself', () => {
    const joining = (how: object): GroupEvent => joined(groupId, 'ben', 'member', { source: 'open', ...how });
    for (const [by, actor, how] of [
      ['ben', 'ben', {}],
      ['ben', 'ben', { inviterId: 'ann' }],
      ['ben', 'cid', { source: 'search', requestId: 'r', inviterId: 'ann', approvedBy: 'cid' }],
      ['ann', 'ben', { source: 'invitation', inviteId: 'i', inviterId: 'ann' }],
      ['root', 'root', { source: 'admin' }],
      ['ann', 'root', { source: 'admin', inviterId: 'ann' }],
    ] as const)
      expect(told([joining(how)], { kind: actor === 'root' ? 'appAdmin' : 'user', id: actor })).to.deep.equal([
        { event: 'e0', kind: 'MemberJoined', by, userIds: ['ben'] },
      ]);
  });

  it('given a leaving, a removal, a handing over', () => {
    expect(told([left(groupId, 'ben')])).to.deep.equal([
      { event: 'e0', kind: 'MemberLeft', by: 'ben', userIds: ['ben'] },
    ]);
    expect(told([removed('ben'), removed('cid')])).to.deep.equal([
      { event: 'e0', kind: 'MemberRemoved', by: 'ann', userIds: ['ben', 'cid'] },
    ]);
    expect(told([handedOver('ownerLeft'), left(groupId, 'ann')])).to.deep.equal([
      { event: 'e0', kind: 'OwnerTransferred', by: 'ann', userIds: ['ben'] },
      { event: 'e1', kind: 'MemberLeft', by: 'ann', userIds: ['ann'] },
    ]);
    expect(told([handedOver('admin')], root)).to.deep.equal([
      { event: 'e0', kind: 'OwnerTransferred', by: 'root', userIds: ['ben'] },
    ]);
  });

  it('given a mute, it says until when; one that ends by itself has no line', () => {
    const muted = (until: number | null): GroupEvent => ({
      type: 'MemberMuted',
      data: { groupId, userId: 'ben', until, by: 'ann' },
    });
    const unmuted = (why: 'lifted' | 'madeOwner' | 'madeAdmin'): GroupEvent => ({
      type: 'MemberUnmuted',
      data: { groupId, userId: 'ben', by: 'ann', why },
    });
    expect(told([muted(9)])).to.deep.equal([
      { event: 'e0', kind: 'MemberMuted', by: 'ann', userIds: ['ben'], until: 9 },
    ]);
    expect(told([muted(null)])).to.deep.equal([
      { event: 'e0', kind: 'MemberMuted', by: 'ann', userIds: ['ben'], until: null },
    ]);
    expect(told([unmuted('lifted')])).to.have.length(1);
    expect(told([unmuted('madeOwner')])).to.deep.equal([]);
    expect(told([unmuted('madeAdmin')])).to.deep.equal([]);
    expect(told([{ type: 'GroupMuted', data: { groupId, by: 'ann', speakers: ['cid'] } }])).to.deep.equal([
      { event: 'e0', kind: 'GroupMuted', by: 'ann', userIds: [] },
    ]);
    expect(told([{ type: 'GroupUnmuted', data: { groupId, by: 'ann' } }])).to.have.length(1);
  });

  it('given a new name or announcement, it says so and not which; other changes of the profile have no line', () => {
    const changed = (changes: object): GroupEvent => ({
      type: 'GroupProfileChanged',
      data: { groupId, changes, by: 'ann' },
    });
    const announced = (text: string): GroupEvent => ({
      type: 'AnnouncementPublished',
      data: { groupId, text, by: 'ann' },
    });
    expect(told([changed({ name: 'Secret', avatar: 'a' })])).to.deep.equal([
      { event: 'e0', kind: 'GroupProfileChanged', by: 'ann', userIds: [] },
    ]);
    expect(told([changed({ avatar: 'a' })])).to.deep.equal([]);
    expect(told([announced('Monday off')])).to.deep.equal([
      { event: 'e0', kind: 'AnnouncementPublished', by: 'ann', userIds: [] },
    ]);
    expect(told([announced('')])).to.deep.equal([]);
  });

  it('given a dismissal, it is the last line', () => {
    expect(told([left(groupId, 'ann'), dismissed(groupId)])).to.deep.equal([
      { event: 'e0', kind: 'MemberLeft', by: 'ann', userIds: ['ann'] },
      { event: 'e1', kind: 'GroupDismissed', by: 'admin', userIds: [] },
    ]);
  });

  it('given what isn’t for the chat, it is none, and isn’t asked for', () => {
    const quiet: GroupEvent[] = [
      { type: 'MemberRoleChanged', data: { groupId, userId: 'ben', from: 'member', to: 'admin', by: 'ann' } },
      { type: 'GroupSettingsChanged', data: { groupId, changes: { maximum: 9 }, by: 'ann' } },
      { type: 'MemberCardChanged', data: { groupId, userId: 'ben', by: 'ben', changes: { nickname: 'B' } } },
    ];
    expect(told(quiet)).to.deep.equal([]);
    for (const { type } of quiet) expect(lineTypes).to.not.include(type);
  });
});
