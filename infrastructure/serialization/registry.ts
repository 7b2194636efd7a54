import type Type from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import type { EventSchema, Payload, PersonalField } from './schema.js';
import { conversationEvents } from './schemas/conversation.js';
import { friendshipEvents } from './schemas/friendship.js';
import { groupEvents } from './schemas/group.js';
import { assertSound, memberAt, requiredStringAt } from './schemas/sound.js';
import { shapeOf } from './schemas/shape.js';
import { userEvents } from './schemas/user.js';
import { userGroupsEvents } from './schemas/user-groups.js';
import { viewEvents } from './schemas/view.js';

/** A personal field made ready for use. */
export interface PersonalPath extends PersonalField {
  readonly members: readonly string[];
}

export interface WritableType {
  readonly version: number;
  readonly personal: readonly PersonalPath[];
  /** Where and why the payload doesn't fit, without its content; undefined when it fits. */
  problem(payload: unknown): string | undefined;
}

export interface ReadableVersion {
  readonly personal: readonly PersonalPath[];
  /** To the newest version. */
  upcast(payload: Payload): Payload;
  /** What the newest form lacks, or has of another kind than whoever folds it relies on; undefined when it has all. */
  lack(newest: Payload): string | undefined;
}

/**
 * The event types this code can write and read. A schema must be closed (no unknown members, no maps keyed by data, no
 * members that look like integers, whole numbers only), so that whatever passes has one JSON text and reads back the same.
 */
export class EventRegistry {
  readonly #types = new Map<
    string,
    { readonly writable: WritableType; readonly versions: readonly ReadableVersion[] }
  >();

  /** @throws Error when a schema is unsound: a mistake in the code, found at start. */
  constructor(schemas: readonly EventSchema[]) {
    for (const schema of schemas) {
      if (this.#types.has(schema.type)) throw new Error(`${schema.type} is registered twice`);
      this.#types.set(schema.type, { writable: writableOf(schema), versions: versionsOf(schema) });
    }
  }

  /** Each type with its current version. */
  get types(): readonly { readonly type: string; readonly version: number }[] {
    return [...this.#types].map(([type, { writable }]) => ({ type, version: writable.version }));
  }

  writable(type: string): WritableType | undefined {
    return this.#types.get(type)?.writable;
  }

  /** Undefined for a type or version that this code doesn't know. */
  readable(type: string, version: number): ReadableVersion | undefined {
    return this.#types.get(type)?.versions[version - 1];
  }
}

function writableOf(schema: EventSchema): WritableType {
  assertSound(schema.type, schema.payload);
  for (const { path, subject, members } of pathsOf(schema.personal)) {
    if (!memberAt(schema.payload, members)) throw new Error(`${schema.type} has no member ${path}`);
    if (!requiredStringAt(schema.payload, subject))
      throw new Error(`${schema.type}: ${path} has no subject ${subject}`);
  }
  const misfit = misfitOf(() => schema.payload);
  return {
    version: schema.version,
    personal: pathsOf(schema.personal),
    problem: (payload) => misfit(payload, 'payload'),
  };
}

/** Index 0 is version 1. */
function versionsOf(schema: EventSchema): ReadableVersion[] {
  const earlier = schema.earlier ?? [];
  if (earlier.length !== schema.version - 1 || earlier.some(({ version }, index) => version !== index + 1))
    throw new Error(`${schema.type} must say how to read each version before ${String(schema.version)}`);
  const misfit = misfitOf(() => shapeOf(schema.payload, pathsOf(schema.personal)));
  const lack = (newest: Payload): string | undefined => misfit(newest);
  const current: ReadableVersion = { personal: pathsOf(schema.personal), upcast: (payload) => payload, lack };
  return [
    ...earlier.map(({ personal, version }) => ({
      personal: pathsOf(personal),
      upcast: (payload: Payload) => earlier.slice(version - 1).reduce((older, step) => step.upcast(older), payload),
      lack,
    })),
    current,
  ];
}

/**
 * Where and why a value doesn't fit; undefined when it fits. The check is compiled for the first value: a start would wait for
 * those of all types, and a process meets few of them.
 */
function misfitOf(schema: () => Type.TSchema): (value: unknown, whole?: string) => string | undefined {
  let validator: Validator | undefined;
  return (value, whole = '') => {
    validator ??= Compile(schema());
    if (validator.Check(value)) return undefined;
    const [first] = validator.Errors(value);
    return first === undefined ? 'does not fit' : `${first.instancePath || whole} ${first.message}`.trim();
  };
}

const pathsOf = (fields: readonly PersonalField[] = []): PersonalPath[] =>
  fields.map((field) => ({ ...field, members: field.path.split('.') }));

/** Every event type that Parley writes. */
export const eventRegistry = new EventRegistry([
  ...userEvents,
  ...userGroupsEvents,
  ...groupEvents,
  ...friendshipEvents,
  ...conversationEvents,
  ...viewEvents,
]);
