import { kindOf, resolved, saysNull, type Schema } from './schemas.js';

/** An input that is wrong in one place. */
export interface Mutation {
  readonly what: string;
  /** JSON pointer to the member at fault. */
  readonly pointer: string;
  readonly input: unknown;
  /**
   * `form`: the declaration itself forbids it. `text`: text that no store keeps, or longer than anything may be.
   * `limit`: allowed by the declaration, to the last character.
   */
  readonly kind: 'form' | 'text' | 'limit';
}

export interface MutationOptions {
  /** How the API reads null: as wrong, or as a member that isn't there. */
  readonly nulls: 'wrong' | 'absent';
  /** Whether members that the API doesn't know are wrong. */
  readonly unknownMembers: 'wrong' | 'ignored';
}

type Json = Record<string, unknown>;
const ABSENT = Symbol('absent');
const TOO_LONG = 'a'.repeat(100_000);

/** Everything that can be wrong with a body, one thing at a time, from its declaration and one that is right. */
export function mutationsOf(schema: Schema, right: Json, options: MutationOptions): Mutation[] {
  return ofObject(schema, right, '', (member) => member, options);
}

type Put = (value: unknown) => unknown;

function ofObject(schema: Schema, right: Json, at: string, put: Put, options: MutationOptions): Mutation[] {
  const required = new Set(schema.required ?? []);
  const members = Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const pointer = `${at}/${name}`;
    const place: Put = (value) => put(replaced(right, name, value));
    const missing: Mutation[] = required.has(name)
      ? [{ what: 'missing', pointer, input: place(ABSENT), kind: 'form' }]
      : [];
    const nullWrong = options.nulls === 'wrong' ? !saysNull(property) : required.has(name);
    const nulls: Mutation[] = nullWrong ? [{ what: 'null', pointer, input: place(null), kind: 'form' }] : [];
    return [...missing, ...nulls, ...ofValue(property, right[name], pointer, place, options)];
  });
  const extra: Mutation[] =
    options.unknownMembers === 'wrong'
      ? ['nonsense', 'constructor'].map((name) => ({
          what: 'unknown member',
          pointer: `${at}/${name}`,
          input: put({ ...right, [name]: 1 }),
          kind: 'form' as const,
        }))
      : [];
  return [...members, ...extra];
}

function ofValue(schema: Schema, right: unknown, pointer: string, place: Put, options: MutationOptions): Mutation[] {
  const wrong = wrongTypes(schema).map((value): Mutation => ({
    what: `${shown(value)} for ${kindOf(schema) ?? ''}`,
    pointer,
    input: place(value),
    kind: 'form',
  }));
  const outside = beyond(schema).map(([what, value]): Mutation => ({
    what,
    pointer,
    input: place(value),
    kind: 'form',
  }));
  const within = atLimits(schema).map(([what, value]): Mutation => ({
    what,
    pointer,
    input: place(value),
    kind: 'limit',
  }));
  const bare = kindOf(schema) === 'string' && schema.enum === undefined && schema.format === undefined;
  const text: Mutation[] = bare
    ? (
        [
          ['U+0000', 'a\0b'],
          ['half a surrogate pair', 'a\ud800b'],
          ['100,000 characters', TOO_LONG],
        ] as const
      ).map(([what, value]) => ({ what, pointer, input: place(value), kind: 'text' }))
    : [];
  return [...wrong, ...outside, ...within, ...text, ...inside(schema, right, pointer, place, options)];
}

function inside(schema: Schema, right: unknown, pointer: string, place: Put, options: MutationOptions): Mutation[] {
  if (kindOf(schema) === 'object') {
    const nested = resolved(schema);
    const value = (right ?? sample(nested)) as Json;
    return ofObject(nested, value, pointer, place, options);
  }
  if (schema.items === undefined) return [];
  const item = (right as unknown[] | undefined)?.[0] ?? sample(schema.items);
  const nested: Put = (value) => place(value === ABSENT ? [] : [value]);
  const nullItem: Mutation = { what: 'null in a list', pointer, input: nested(null), kind: 'form' };
  return [nullItem, ...ofValue(schema.items, item, `${pointer}/0`, nested, options)];
}

function wrongTypes(schema: Schema): unknown[] {
  const kind = kindOf(schema);
  if (kind === undefined) return [];
  const values: readonly (readonly [string, unknown])[] = [
    ['string', 'seven'],
    ['string', '7'],
    ['number', 7],
    ['boolean', true],
    ['object', {}],
    ['object', { toString: 1, length: 3 }],
    ['array', []],
    ['array', [['a']]],
  ];
  const others = values.filter(([of]) => of !== kind).map(([, value]) => value);
  return [schema.type].flat().includes('integer') ? [...others, 1.5] : others;
}

function beyond(schema: Schema): [string, unknown][] {
  const { maxLength, minLength = 0, maximum, minimum, maxItems, minItems = 0, pattern, format } = schema;
  const found: [string, unknown][] = [];
  if (schema.enum !== undefined) found.push(['no such choice', kindOf(schema) === 'number' ? 12_345 : 'no such']);
  if (maxLength !== undefined) found.push(['one character too many', 'a'.repeat(maxLength + 1)]);
  if (minLength > 0) found.push(['empty', '']);
  if (maximum !== undefined) found.push(['one too much', maximum + 1]);
  if (minimum !== undefined) found.push(['one too little', minimum - 1]);
  if (maxItems !== undefined) found.push(['one item too many', list(schema, maxItems + 1)]);
  if (minItems > 0) found.push(['no item', []]);
  if (pattern?.includes('{1,64}') === true) {
    found.push(['a space', 'a b'], ['no ASCII', 'ä'], ['65 characters', 'a'.repeat(65)], ['a path', '../x']);
    if (!pattern.includes(')?')) found.push(['empty', '']);
  }
  if (format === 'date-time') found.push(['no date', 'yesterday'], ['no such day', '2026-13-40T00:00:00Z']);
  return found;
}

function atLimits(schema: Schema): [string, unknown][] {
  const { maxLength, minLength = 0, maximum, minimum, maxItems, pattern } = schema;
  const found: [string, unknown][] = [];
  if (maxLength !== undefined) found.push(['as many characters as may be', 'a'.repeat(maxLength)]);
  if (minLength > 0) found.push(['as few characters as may be', 'a'.repeat(minLength)]);
  if (maximum !== undefined) found.push(['the most', maximum]);
  if (minimum !== undefined) found.push(['the least', minimum]);
  if (maxItems !== undefined && schema.items?.enum === undefined) {
    found.push(['as many items as may be', list(schema, maxItems)]);
  }
  if (pattern?.includes('{1,64}') === true) found.push(['64 characters', 'a'.repeat(64)]);
  return found;
}

const list = ({ items = {} }: Schema, length: number): unknown[] =>
  Array.from({ length }, (_, index) => {
    const one = sample(items);
    return typeof one === 'string' && items.enum === undefined ? `a${index.toString()}` : one;
  });

/** The least that a declaration asks for. */
function sample(schema: Schema): unknown {
  const whole = resolved(schema);
  if (whole.enum !== undefined) return whole.enum[0];
  switch (kindOf(whole)) {
    case 'number':
      return Math.max(whole.minimum ?? 1, 1);
    case 'boolean':
      return true;
    case 'array':
      return Array.from({ length: whole.minItems ?? 0 }, () => sample(whole.items ?? {}));
    case 'object':
      return Object.fromEntries((whole.required ?? []).map((name) => [name, sample(whole.properties?.[name] ?? {})]));
    default:
      return 'a'.repeat(Math.max(whole.minLength ?? 1, 1));
  }
}

/** A copy with one member other than it was, or without it. */
export function replaced(object: Json, name: string, value: unknown): Json {
  return value === ABSENT
    ? Object.fromEntries(Object.entries(object).filter(([other]) => other !== name))
    : { ...object, [name]: value };
}

/** A copy with another value at a JSON pointer (lists: `0` only). */
export function withAt(value: unknown, pointer: string, put: unknown): unknown {
  const [, name, ...rest] = pointer.split('/');
  if (name === undefined) return put;
  const below = rest.length === 0 ? '' : `/${rest.join('/')}`;
  if (Array.isArray(value)) return [withAt(value[0], below, put), ...value.slice(1)];
  const object = (value ?? {}) as Json;
  const old = object[name];
  // A list of names is replaced by a list of one.
  const next = rest.length === 0 && Array.isArray(old) ? [put] : withAt(old, below, put);
  return { ...object, [name]: next };
}

/** A refusal says what is wrong, whatever was sent: characters of its JSON at most. */
export const LARGEST_REFUSAL = 12_000;

/** Bodies that hold more than any that is right, as text. */
export const swollen = (right: object): Readonly<Record<string, string>> => ({
  'more members than an object has': JSON.stringify({
    ...right,
    ...Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`m${n.toString()}`, n])),
  }),
  'more items than a list has': JSON.stringify({ ...right, x: Array.from({ length: 2_001 }, () => 1) }),
  'more of both than a body has': JSON.stringify({ ...right, x: Array.from({ length: 30 }, () => Array(900).fill(1)) }),
});

const shown = (value: unknown): string => JSON.stringify(value);
