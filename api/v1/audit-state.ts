import { patchBetween } from '../../application/audit/patch.js';
import { wordsOf } from '../../application/audit/naming.js';
import type { StateAt } from '../../application/audit/shown-state.js';
import type { Moment, StateReader } from '../../application/audit/state-at.js';
import type { StreamId } from '../../application/streams.js';
import { aggregateNamed, auditBody } from './audit-bodies.js';
import { AuditDiffQuery, AuditStateQuery } from './dto/audit-state.js';
import { operation, type Operation } from './operation.js';
import { Refused } from './problems.js';
import { isoTime } from './reading.js';
import { AggregateChanges, type AggregateMoment, AggregateState } from './schemas/audit-state.js';
import type { Shown } from './schemas/types.js';

/** Events that are told with what changed. */
const MOST_EVENTS = 1_000;

/** Any aggregate as it was, and what changed. */
export function auditStateOperations({ states }: { readonly states: StateReader }): Operation[] {
  return [
    operation({
      method: 'get',
      path: '/audit/state',
      operationId: 'getStateAt',
      summary: 'A group, user, friendship, conversation or view as it was at a moment or revision',
      tag: 'History',
      access: 'auditor',
      Query: AuditStateQuery,
      success: { status: 200, description: 'Its state then.', Schema: AggregateState },
      problems: ['HistoryNotUnderstood', 'Unavailable'],
      handle: async ({ query, caller }) => {
        const stream = aggregateNamed(query.aggregate, caller.tenant);
        const moment = momentOf({ at: query.at, revision: query.revision }, '/revision');
        return { status: 200, body: stateBody(stream, await states.stateAt(stream, moment)) };
      },
    }),
    operation({
      method: 'get',
      path: '/audit/diff',
      operationId: 'getChanges',
      summary: 'What changed of an aggregate between two moments or revisions',
      tag: 'History',
      access: 'auditor',
      Query: AuditDiffQuery,
      success: {
        status: 200,
        description: 'The difference, and what happened.',
        Schema: AggregateChanges,
      },
      problems: ['HistoryNotUnderstood', 'Unavailable'],
      handle: async ({ query, caller }) => {
        const { from, until, fromRevision, untilRevision } = query;
        const stream = aggregateNamed(query.aggregate, caller.tenant);
        const first = momentOf({ at: from, revision: fromRevision }, '/fromRevision') ?? { revision: -1 };
        const last = momentOf({ at: until, revision: untilRevision }, '/untilRevision');
        const { before, after, events, happened } = await states.changes(stream, first, last, MOST_EVENTS);
        return {
          status: 200,
          body: {
            aggregate: wordsOf(stream).join('/'),
            before: momentBody(before),
            after: momentBody(after),
            patch: patchBetween(before.state, after.state),
            events: events.map((item) => auditBody(item)),
            happened,
          },
        };
      },
    }),
  ];
}

/** @throws Refused InvalidRequest where both are said */
function momentOf(
  { at, revision }: { readonly at: string | undefined; readonly revision: number | undefined },
  pointer: string,
): Moment {
  if (at !== undefined && revision !== undefined)
    throw new Refused('InvalidRequest', { errors: [{ pointer, detail: 'stands beside a moment: say one of them' }] });
  if (revision !== undefined) return { revision };
  return at === undefined ? undefined : { at: Date.parse(at) };
}

const momentBody = ({ revision, at, complete }: StateAt): Shown<typeof AggregateMoment> => ({
  revision,
  at: at === null ? null : isoTime(at),
  complete,
});

const stateBody = (stream: StreamId, found: StateAt): Shown<typeof AggregateState> => ({
  aggregate: wordsOf(stream).join('/'),
  ...momentBody(found),
  state: found.state,
});
