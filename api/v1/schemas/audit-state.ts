import Type from 'typebox';
import { AuditEvent } from './audit.js';
import { Count, Flag, Moment, Named, OrNull, Text } from './types.js';

const State = Type.Unsafe<object>({
  type: 'object',
  description: 'What the aggregate’s events come to, folded by the very code that decides commands.',
  examples: [{ status: 'live', groupId: 'book-club', ownerId: 'ada' }],
});

const moment = {
  revision: Type.Integer({
    minimum: -1,
    description: 'Of the last event that is in it; -1: there was none yet.',
    examples: [12],
  }),
  at: OrNull(Moment(), { description: 'When that happened.' }),
  complete: Flag(true, { description: 'false: an event was of a newer version, and isn’t in it.' }),
};

export const AggregateMoment = Named('AggregateMoment', moment);

export const AggregateState = Named('AggregateState', {
  aggregate: Text('group/book-club'),
  ...moment,
  state: State,
});

const Operation = Type.Unsafe<object>({
  type: 'object',
  required: ['op', 'path'],
  properties: {
    op: { type: 'string', enum: ['add', 'remove', 'replace'] },
    path: { type: 'string' },
    value: {},
  },
  examples: [{ op: 'replace', path: '/ownerId', value: 'bob' }],
});

export const AggregateChanges = Named('AggregateChanges', {
  aggregate: Text('group/book-club'),
  before: AggregateMoment,
  after: AggregateMoment,
  patch: Type.Array(Operation, { description: 'JSON Patch (RFC 6902) from the state before to the state after.' }),
  events: Type.Array(AuditEvent, { description: 'What happened in between: the first 1,000.' }),
  happened: Count(1, { description: 'How many happened.' }),
});
