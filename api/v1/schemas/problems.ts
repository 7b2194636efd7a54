import Type, { type TObject } from 'typebox';
import { type EdgeProblem, type ProblemCode, problems } from '../problems.js';
import { applicationFacts, domainFacts } from './facts.js';
import { Count, Named, OneOf, Text } from './types.js';

/** What every refusal is, as schemas: one for each code, with the facts that go with it (RFC 9457). */

/** What `/v1` itself refuses tells no facts, but for these. */
const edgeFacts: Partial<Record<EdgeProblem, TObject>> = {
  MemberNotFound: domainFacts.NotGroupMember,
  ClientMsgIdReused: Type.Object({
    seq: Count(7, { description: 'The message that came with it first.' }),
    messageId: Text('0198c0de-0000-7000-8000-000000000006'),
  }),
};
const facts: Partial<Record<ProblemCode, TObject>> = { ...domainFacts, ...applicationFacts, ...edgeFacts };

/** Where a store is found away by what none of its callers foresaw, it isn't named. */
const FACTS_MAY_LACK: ReadonlySet<ProblemCode> = new Set(['Unavailable']);

/** What is wrong with the request is pointed at. */
const POINTS: ReadonlySet<ProblemCode> = new Set(['InvalidRequest', 'InvalidArgument']);

const errors = Type.Array(
  Type.Object({
    pointer: Text('/name', {
      description:
        'JSON pointer into the part of the request that `detail` names; for parameters `/` and the name. Empty for the whole.',
    }),
    detail: Text('is longer than 100 characters'),
  }),
  { maxItems: 20, description: 'Everything that is wrong; `detail` counts what is more than twenty.' },
);

const correlationId = Text('0198c0de-0000-7000-8000-000000000004', {
  description: 'Names this request in the logs.',
});

export const CODES = Object.keys(problems).sort() as ProblemCode[];

export const ProblemCodes = Type.Unsafe<string>({
  $id: 'ProblemCode',
  type: 'string',
  enum: CODES,
  description: 'The kinds of problems. Later versions may have more.',
});

/** Any refusal. */
export const AnyProblem = Named(
  'Problem',
  {
    type: Text('urn:parley:problem:GroupFull', { description: 'A URN whose last part is `code`.' }),
    title: Text('The group is full'),
    status: Type.Integer({ examples: [409] }),
    code: ProblemCodes,
    detail: Type.Optional(Text('In the body.')),
    facts: Type.Optional(Type.Unsafe<object>({ type: 'object', description: 'The facts of the refusal, by `code`.' })),
    errors: Type.Optional(errors),
    correlationId: Type.Optional(correlationId),
  },
  { description: 'An error, `application/problem+json` (RFC 9457). Each code has a schema of its own.' },
);

export function problemSchema(code: ProblemCode): TObject {
  const { status, title } = problems[code];
  const told = facts[code];
  return Named(
    `${code}Problem`,
    {
      type: OneOf([`urn:parley:problem:${code}`]),
      title: Text(title, { description: 'For people; may be worded otherwise later.' }),
      status: Type.Unsafe<number>({ type: 'integer', enum: [status] }),
      code: OneOf([code]),
      detail: Type.Optional(Text(POINTS.has(code) ? 'In the body.' : title)),
      ...(told === undefined ? {} : { facts: FACTS_MAY_LACK.has(code) ? Type.Optional(told) : told }),
      ...(POINTS.has(code) ? { errors: Type.Optional(errors) } : {}),
      // While the server starts, nothing is logged of a request.
      correlationId: code === 'Starting' ? Type.Optional(correlationId) : correlationId,
    },
    { description: `${title}.` },
  );
}
