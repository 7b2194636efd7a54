import Type, { type Static, type TProperties } from 'typebox';
import type { DomainEvent } from '../../../domain/shared/event.js';

/** An object with these members and no others. */
export const Closed = <Members extends TProperties>(members: Members) =>
  Type.Object(members, { additionalProperties: false });

/** Milliseconds UTC. */
export const Time = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });

export const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });

export const Positive = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });

/** One of these texts. */
export const OneOf = <Values extends string[]>(...values: readonly [...Values]) => Type.Enum<Values>(values);

export const OrNull = <Schema extends Type.TSchema>(schema: Schema) => Type.Union([schema, Type.Null()]);

/** What a table of schemas by event type must be for the events `Event`, no type more or less. */
export type PayloadSchemas<Event extends DomainEvent> = Readonly<Record<Event['type'], Type.TObject>>;

/** `true` when the schemas' types are those of the domain's payloads, optional members and all; else never. */
export type Agrees<Event extends DomainEvent, Schemas extends PayloadSchemas<Event>> =
  Same<
    Plain<{ [Kind in Event['type']]: Extract<Event, { type: Kind }>['data'] }>,
    Plain<{ [Kind in keyof Schemas]: Static<Schemas[Kind]> }>
  > extends true
    ? true
    : never;

/** Without readonly, so that both sides have one form. */
type Plain<T> = T extends readonly (infer Item)[]
  ? Plain<Item>[]
  : T extends object
    ? { -readonly [Key in keyof T]: Plain<T[Key]> }
    : T;

/** Identity, not assignability: a schema that lacks an optional member would be assignable both ways. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
