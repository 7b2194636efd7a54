import { expect } from 'chai';
import { happeningsOf, happeningTypes } from '../../../api/dialects/sealtalk/lines/happenings.js';
import { isToldInOwnWords } from '../../../application/processes/own-words.js';
import { groupLines } from '../../../application/processes/group-lines.js';
import type { Cause } from '../../../application/processes/process.js';
import { makePosition } from '../../../application/ports/positions.js';
import type { GroupEvent } from '../../../domain/group/events.js';
import { eventRegistry } from '../../../infrastructure/serialization/registry.js';
import { created, dismissed, joined, left } from '../../support/group-histories.js';

const groupId = 'g';

const causes = (events: readonly GroupEvent[], actor = 'ann'): Cause[] =>
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
    actor: { kind: 'user', id: actor },
    correlationId: 'c',
    event,
  }));

/** `e0 quit by ann: ann {"newOwner":"ben"}` */
const told = (events: readonly GroupEvent[], actor = 'ann'): string[] =>
  happeningsOf(causes(events, actor)).map(({ cause, by, userIds, what: { kind, ...more } }) => {
    const to = userIds.length > 0 ? `: ${userIds.join(' ')}` : '';
    const said = Object.keys(more).length > 0 ? ` ${JSON.stringify(more)}` : '';
    return `${cause.name.id} ${kind} by ${by}${to}${said}`;
  });

const invited = (userId: string, ...awaits: ('invitee' | 'manager')[]): GroupEvent => ({
  type: 'MemberInvited',
  data: { groupId, inviteId: `i${userId}`, userId, inviterId: 'ann', awaits },
});
const answered = (
  by: string,
  stage: 'invitee' | 'manager',
  answer: 'accepted' | 'ignored' = 'accepted',
): GroupEvent => ({
  type: 'InvitationAnswered',
  data: { groupId, inviteId: 'iben', userId: 'ben', stage, answer, by },
});
const byInvitation = (userId: string): GroupEvent =>
  joined(groupId, userId, 'member', { source: 'invitation', inviterId: 'ann', inviteId: `i${userId}` });
const madeManager = (userId: string): GroupEvent => ({
  type: 'MemberRoleChanged',
  data: { groupId, userId, from: 'member', to: 'admin', by: 'ann' },
});
const settings = (changes: object): GroupEvent => ({
  type: 'GroupSettingsChanged',
  data: { groupId, changes, by: 'ann' },
});
const handedOver = (why: 'requested' | 'ownerLeft'): GroupEvent => ({
  type: 'OwnerTransferred',
  data: { groupId, from: 'ann', to: 'ben', formerOwnerBecomes: 'member', newOwnerWas: 'member', why },
});

describe('what SealTalk’s clients are told of a group', () => {
  it('a creation is told once, and whoever is still asked is', () => {
    expect(
      told([
        created(groupId, 'ann'),
        joined(groupId, 'ann', 'owner'),
        joined(groupId, 'cid'),
        invited('ben', 'invitee'),
      ]),
    ).to.deep.equal([
      `e0 created by ann: cid ${JSON.stringify({ name: (created(groupId, 'ann').data as { name: string }).name })}`,
      'e3 asked by ann: ben {"stage":"invitee","status":2}',
    ]);
  });

  it('people whom one command brings in or makes managers share a line', () => {
    expect(told([invited('ben'), byInvitation('ben'), invited('cid'), byInvitation('cid')])).to.deep.equal([
      'e1 added by ann: ben cid',
    ]);
    expect(told([madeManager('ben'), madeManager('cid')])).to.deep.equal(['e0 setManager by ann: ben cid']);
  });

  it('an owner who leaves says who follows him, and no transfer beside it', () => {
    expect(told([handedOver('ownerLeft'), left(groupId, 'ann')])).to.deep.equal([
      'e1 quit by ann: ann {"newOwner":"ben"}',
    ]);
    expect(told([handedOver('requested')])).to.deep.equal(['e0 transferred by ann: ben {"from":"ann"}']);
    expect(told([left(groupId, 'ben')], 'ben')).to.deep.equal(['e0 quit by ben: ben {"newOwner":null}']);
  });

  it('an invitation asks whose word is needed first, the answer is told to who gave it, and then a manager is asked', () => {
    expect(told([invited('ben', 'manager')])).to.deep.equal(['e0 asked by ann: ben {"stage":"manager","status":2}']);
    expect(told([answered('ben', 'invitee')], 'ben')).to.deep.equal([
      'e0 answered by ben: ben {"stage":"invitee","status":1}',
      'e0 asked by ben: ben {"stage":"manager","status":2}',
    ]);
    expect(told([answered('ben', 'invitee', 'ignored')], 'ben')).to.deep.equal([
      'e0 answered by ben: ben {"stage":"invitee","status":0}',
    ]);
    expect(told([answered('ann', 'manager'), byInvitation('ben')])).to.deep.equal([
      'e0 answered by ann: ben {"stage":"manager","status":1}',
      'e1 added by ann: ben',
    ]);
  });

  it('settings, announcements, a new name, the end', () => {
    expect(told([settings({ memberProtection: true, retention: null })])).to.deep.equal([
      'e0 protection by ann {"on":true}',
      'e0 clearing by ann {"retention":null}',
    ]);
    expect(told([settings({ lookMemberInfo: false })])).to.deep.equal([]);
    expect(told([{ type: 'AnnouncementPublished', data: { groupId, text: 'hi', by: 'ann' } }])).to.deep.equal([
      'e0 bulletin by ann {"text":"hi"}',
    ]);
    expect(told([{ type: 'AnnouncementPublished', data: { groupId, text: '', by: 'ann' } }])).to.deep.equal([]);
    expect(
      told([{ type: 'GroupProfileChanged', data: { groupId, changes: { name: 'New' }, by: 'ann' } }]),
    ).to.deep.equal(['e0 renamed by ann {"name":"New"}']);
    expect(told([dismissed(groupId)])).to.have.length(1);
  });

  it('each kind of line is told here or there, never in both words', () => {
    const events = [created(groupId, 'ann'), byInvitation('ben'), left(groupId, 'ben'), dismissed(groupId)];
    for (const event of events) {
      const [line] = groupLines(causes([event]));
      expect(isToldInOwnWords('sealtalk', line!.notice.kind), event.type).to.equal(true);
      expect(happeningsOf(causes([event]))).to.have.length(1);
    }
    for (const preset of ['parley', 'openim', 'toString'])
      expect(isToldInOwnWords(preset, 'GroupCreated'), preset).to.equal(false);
    // What 004 has no words for is a line as everywhere.
    expect(isToldInOwnWords('sealtalk', 'MemberMuted')).to.equal(false);
  });

  it('understands the newest schema of every type that it handles', () => {
    const versions = new Map(eventRegistry.types.map(({ type, version }) => [type, version]));
    for (const type of happeningTypes) expect(versions.get(type), type).to.equal(1);
  });
});
