/** Reading what others wrote: nothing here throws, and what isn't as it should be isn't there. */

export type Fields = Readonly<Record<string, unknown>>;

/** The value of a JSON text; undefined where it is none. */
export function jsonOf(text: unknown): unknown {
  if (typeof text !== 'string') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

export const fieldsOf = (value: unknown): Fields | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const own = (fields: Fields | undefined, name: string): unknown =>
  fields !== undefined && Object.hasOwn(fields, name) ? fields[name] : undefined;

export const objectAt = (fields: Fields | undefined, name: string): Fields | undefined => fieldsOf(own(fields, name));

export const listAt = (fields: Fields | undefined, name: string): readonly unknown[] => listOf(own(fields, name));

/** The first of these that is a text with something in it. */
export function textAt(fields: Fields | undefined, ...names: readonly string[]): string | undefined {
  return names.map((name) => own(fields, name)).find((value) => typeof value === 'string' && value !== '') as
    string | undefined;
}

/** The first of these that is a number. */
export function numberAt(fields: Fields | undefined, ...names: readonly string[]): number | undefined {
  return names.map((name) => own(fields, name)).find((value) => typeof value === 'number' && Number.isFinite(value)) as
    number | undefined;
}

/** A size, a length or a duration: the first of these that is a number above 0. */
export function amountAt(fields: Fields | undefined, ...names: readonly string[]): number | undefined {
  const amount = numberAt(fields, ...names);
  return amount !== undefined && amount > 0 ? amount : undefined;
}

export const textsAt = (fields: Fields | undefined, name: string): string[] =>
  listAt(fields, name).filter((value): value is string => typeof value === 'string');

/** A picture that has no smaller one gives itself for it. */
export const unlessSame = (url: string, thumbnailUrl: string | undefined): string | undefined =>
  thumbnailUrl === url ? undefined : thumbnailUrl;

type Given<Values> = { -readonly [Name in keyof Values]?: Exclude<Values[Name], undefined> };

/** The members that have a value. */
export const given = <Values extends object>(values: Values): Given<Values> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Given<Values>;
