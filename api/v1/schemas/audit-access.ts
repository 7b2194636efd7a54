import Type from 'typebox';
import { Count, Moment, Named, OneOf, OrNull, Text, UserId } from './types.js';

export const AccessEntry = Named('AccessEntry', {
  seq: Count(0, { description: 'From 0, without gaps.' }),
  at: Moment(),
  kind: OneOf(['read', 'refused', 'login', 'loginRefused'], {
    description: 'An auditor looked; a request was refused; somebody came in, or didn’t.',
  }),
  actor: OrNull(
    Type.Object({
      kind: OneOf(['user', 'appAdmin', 'auditor', 'system']),
      id: UserId('eva'),
      onBehalfOf: Type.Optional(UserId('bob')),
    }),
    { description: 'Who; null: nobody who is known.' },
  ),
  operation: Text('v1:GET /audit/history', { description: 'API and operation.' }),
  about: Text('to=bob', { description: 'What he asked about: his query, or the stream of a command.' }),
  outcome: Text('', { description: 'Empty: done; else what it was refused for.' }),
  correlationId: Text('0198c0de-0000-7000-8000-000000000004'),
  count: Count(1, { description: 'How often: where the same came too often, one entry stands for many.' }),
  prevHash: Text('', { description: 'The hash of the entry before.' }),
  hash: Text('9b1c…', { description: 'Of this entry and `prevHash`.' }),
});

export const AccessPage = Named('AccessPage', {
  items: Type.Array(AccessEntry),
  next: OrNull(Text('aGVsbG8'), { description: 'The `cursor` of the next page; null on the last.', examples: [null] }),
});
