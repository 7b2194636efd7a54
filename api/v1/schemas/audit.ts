import Type from 'typebox';
import { Count, GroupId, Named, OrNull, Text, UserId } from './types.js';
import { HistoryEvent } from './views.js';

export const AuditEvent = Named('AuditEvent', {
  ...HistoryEvent.properties,
  aggregate: Text('group/book-club', { description: 'What it happened to; take it as `aggregate`.' }),
  by: Type.Array(UserId(), { description: 'Who did it, and for whom; nobody where the server did it by itself.' }),
  to: Type.Array(UserId('bob'), { description: 'To whom it was done.' }),
  groupId: OrNull(GroupId(), { description: 'In which group, or in which group’s chat.' }),
  reason: OrNull(Text('spam'), { description: 'Why, where somebody said so or the event does.' }),
  api: Text('v1', { description: 'Which API it came by; `process`: the server did it because of `causationId`.' }),
  command: Text('PUT /groups/{groupId}/members/{userId}/mute', { description: 'Which operation of it.' }),
});

export const UnreadableEvent = Named('UnreadableEvent', {
  aggregate: Text('group/book-club'),
  revision: Count(12),
  type: Text('MemberMuted'),
  problem: Text('its metadata is no envelope', { description: 'What is wrong with what is stored.' }),
});

export const AuditPage = Named('AuditPage', {
  items: Type.Array(AuditEvent),
  unreadable: Type.Array(UnreadableEvent, {
    description: 'Events of this page of which not even who did it can be read any more: somebody changed them.',
    examples: [[]],
  }),
  next: OrNull(Text('aGVsbG8'), {
    description:
      'The `cursor` of the next page; null on the last. A page may be short, or empty, and yet have one: it looks at a bounded number of events.',
    examples: [null],
  }),
});
