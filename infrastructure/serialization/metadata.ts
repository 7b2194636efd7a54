import Type from 'typebox';
import { Compile } from 'typebox/compile';
import type { Envelope, EventToWrite } from '../../application/ports/envelope.js';
import { OneOf, Positive, Time } from './schemas/types.js';

const MAX_REQUEST_REF_CHARACTERS = 64;

const Members = {
  schemaVersion: Positive,
  tenant: Type.String({ minLength: 1 }),
  actor: Type.Object({
    kind: OneOf('user', 'appAdmin', 'auditor', 'system'),
    id: Type.String(),
    onBehalfOf: Type.Optional(Type.String()),
  }),
  via: Type.String(),
  $correlationId: Type.String(),
  $causationId: Type.String(),
  requestRef: Type.Optional(Type.String()),
  commandKey: Type.Optional(Type.String()),
  silent: Type.Optional(Type.Literal(true)),
  occurredAt: Time,
  traceparent: Type.Optional(Type.String()),
  prevHash: Type.String(),
};

const written = Compile(Type.Object(Members));
/** Open: a later process may write members that this one doesn't know. */
const stored = Compile(Type.Object({ ...Members, hash: Type.String() }));

/** What the metadata text is made of, all but `hash`; its place in the chain is given to it last. */
export interface UnhashedEnvelope {
  prevHash: string;
}

/** In the order in which it is stored; absent members are left out of the text. */
export function unhashedEnvelope(event: EventToWrite, schemaVersion: number): UnhashedEnvelope {
  const { actor } = event;
  const envelope = {
    schemaVersion,
    tenant: event.tenant,
    actor: { kind: actor.kind, id: actor.id, onBehalfOf: actor.onBehalfOf },
    via: event.via,
    $correlationId: event.correlationId,
    $causationId: event.causationId,
    requestRef: event.requestRef,
    commandKey: event.commandKey,
    silent: event.silent,
    occurredAt: event.occurredAt,
    traceparent: event.traceparent,
    prevHash: '',
  };
  return envelope;
}

/** Where and why it can't be written; undefined when it can. */
export function envelopeProblem(envelope: object): string | undefined {
  if (!written.Check(envelope)) {
    const [first] = written.Errors(envelope);
    return first === undefined ? 'does not fit' : `${first.instancePath || 'metadata'} ${first.message}`;
  }
  if (isLongerThan(MAX_REQUEST_REF_CHARACTERS, envelope.requestRef)) return '/requestRef has more than 64 characters';
  return undefined;
}

/** Characters are code points. */
const isLongerThan = (bound: number, text = ''): boolean => text.length > bound && Array.from(text).length > bound;

/** Undefined when the text is no envelope. */
export function parseEnvelope(metadata: string): Envelope | undefined {
  const parsed = parseJson(metadata);
  return stored.Check(parsed) ? parsed : undefined;
}

/** Undefined when the text is no JSON; JSON itself never says undefined. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // The caller names the event that can't be read.
  }
}
