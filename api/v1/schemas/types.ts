import Type, { type Static, type TProperties, type TSchema } from 'typebox';

/**
 * What `/v1` answers, as schemas: the types that handlers must return are inferred from the very schemas that the
 * document shows, so an answer with a member that isn't documented does not compile.
 */

/** The value that a schema describes, as a handler may give it. */
export type Shown<Schema extends TSchema> = DeepReadonly<Static<Schema>>;

type DeepReadonly<T> = T extends readonly (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> }
    : T;

/** Description, example and so on. */
export interface About {
  readonly description?: string;
  /** Shown in the document, and in the examples of every answer that has this member. */
  readonly examples?: readonly unknown[];
}

/** An object that the document keeps under a name of its own. */
export const Named = <Members extends TProperties>(name: string, members: Members, about: About = {}) =>
  Type.Object(members, { $id: name, ...about });

export const Text = (example: string, about: About = {}) => Type.String({ examples: [example], ...about });

export const Flag = (example: boolean, about: About = {}) => Type.Boolean({ examples: [example], ...about });

export const Count = (example: number, about: About = {}) =>
  Type.Integer({ minimum: 0, examples: [example], ...about });

/** One of these texts. */
export const OneOf = <const Values extends readonly string[]>(values: Values, about: About = {}) =>
  Type.Unsafe<Values[number]>({ type: 'string', enum: [...values], ...about });

/** RFC 3339, UTC. */
export const Moment = (about: About = {}) =>
  Type.String({ format: 'date-time', examples: ['2026-03-01T12:00:00.000Z'], ...about });

/** The schema's value, or null. */
export function OrNull<Schema extends TSchema>(schema: Schema, about: About = {}) {
  const own = schema as Record<string, unknown>;
  if (typeof own['type'] !== 'string' || '$id' in own) {
    return Type.Unsafe<Static<Schema> | null>({ anyOf: [schema, { type: 'null' }], ...about });
  }
  return Type.Unsafe<Static<Schema> | null>({
    ...own,
    type: [own['type'], 'null'],
    ...(Array.isArray(own['enum']) ? { enum: [...(own['enum'] as unknown[]), null] } : {}),
    ...about,
  });
}

export const UserId = (example = 'ada', about: About = {}) => Text(example, { description: 'A user id.', ...about });
export const GroupId = (about: About = {}) => Text('book-club', { description: 'A group id.', ...about });

/** From one sequence for users and groups. */
export const Numbered = (what: string) =>
  Type.Integer({
    minimum: 2 ** 52,
    maximum: Number.MAX_SAFE_INTEGER,
    description: `The ${what}'s number, from the server's sequence: 16 decimal digits.`,
    examples: [4503599627370497],
  });

/** A page of a list of known length. */
export const PageOf = <Item extends TSchema>(name: string, item: Item) =>
  Named(name, {
    items: Type.Array(item),
    total: Count(1, { description: 'How many the whole list has, whatever the page.' }),
    next: OrNull(Text('aGVsbG8'), {
      description: 'The `cursor` of the next page; null on the last. Opaque, and good for this list only.',
      examples: [null],
    }),
  });
