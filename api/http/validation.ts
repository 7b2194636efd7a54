import { plainToInstance } from 'class-transformer';
import { getMetadataStorage, type ValidationError, validate } from 'class-validator';

export type DtoClass<T extends object = object> = new () => T;

/** One thing that is wrong with what was sent. `pointer` is a JSON pointer into the body, or the parameter's name. */
export interface InputProblem {
  readonly pointer: string;
  readonly detail: string;
}

/** Thrown when input doesn't fit its class; each API shows it in its own shape. */
export class InputInvalid extends Error {
  override readonly name = 'InputInvalid';
  constructor(
    readonly where: 'body' | 'query' | 'path' | 'header',
    readonly problems: readonly InputProblem[],
  ) {
    super(problems.map((p) => `${p.pointer}: ${p.detail}`).join('; '));
  }
}

/**
 * Checks plain input against a class-validator class; every problem is listed. Unknown members are refused, or left out
 * where an API's clients send more than it knows.
 */
export async function checked<T extends object>(
  Dto: DtoClass<T>,
  plain: unknown,
  where: InputInvalid['where'],
  { unknown = 'refused' }: { readonly unknown?: 'refused' | 'leftOut' } = {},
): Promise<T> {
  if (typeof plain !== 'object' || plain === null || Array.isArray(plain)) {
    throw new InputInvalid(where, [{ pointer: '', detail: 'must be an object' }]);
  }
  // It goes down by recursion.
  if (isDeeperThan(plain, DEEPEST)) throw new InputInvalid(where, [{ pointer: '', detail: 'is nested too deeply' }]);
  const passedOver = unseenMember(plain, '');
  if (passedOver !== undefined) throw new InputInvalid(where, [{ pointer: passedOver, detail: 'should not exist' }]);
  if (where === 'path' || where === 'query') refuseUnspeakable(plain, where);
  const instance = plainToInstance(Dto, plain, { exposeDefaultValues: true });
  const errors = await validate(instance, {
    whitelist: true,
    forbidNonWhitelisted: unknown === 'refused',
    forbidUnknownValues: false,
    validationError: { target: false },
  });
  if (errors.length > 0) throw new InputInvalid(where, flatten(errors, ''));
  return instance;
}

rememberDecorators();

/**
 * class-validator gathers a class's decorators anew for every object, by a walk over all classes that have any: half of
 * what a check costs. They are all there before the first object is checked, and the question is always the same, so the
 * answer is kept. Its lists are only read.
 */
function rememberDecorators(): void {
  const storage = getMetadataStorage();
  type Gather = typeof storage.getTargetValidationMetadatas;
  type Group = typeof storage.groupByPropertyName;
  const gather: Gather = storage.getTargetValidationMetadatas.bind(storage);
  const group: Group = storage.groupByPropertyName.bind(storage);
  const gathered = new WeakMap<object, ReturnType<Gather>>();
  const grouped = new WeakMap<object, ReturnType<Group>>();
  storage.getTargetValidationMetadatas = (type, schema, always, strictGroups, groups) => {
    // Asked with a schema, groups or defaults of another kind it is another question.
    if (schema || always || strictGroups || groups !== undefined)
      return gather(type, schema, always, strictGroups, groups);
    const known = gathered.get(type) ?? gather(type, schema, always, strictGroups, groups);
    gathered.set(type, known);
    return known;
  };
  storage.groupByPropertyName = (metadata) => {
    const known = grouped.get(metadata) ?? group(metadata);
    grouped.set(metadata, known);
    return known;
  };
}

/** Deeper than any input of any API. */
const DEEPEST = 16;

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((member) => isDeeperThan(member, levels - 1));
}

/** Pointer to a member that class-transformer would pass over in silence, at any depth. */
function unseenMember(value: unknown, at: string): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [name, member] of Object.entries(value)) {
    const pointer = `${at}/${name.replaceAll('~', '~0').replaceAll('/', '~1').slice(0, 200)}`;
    if (['__proto__', 'constructor', 'prototype'].includes(name)) return pointer;
    const below = unseenMember(member, pointer);
    if (below !== undefined) return below;
  }
  return undefined;
}

/** U+0000 and halves of characters can't be in any id, and PostgreSQL takes no U+0000 even to look for it. */
function refuseUnspeakable(plain: object, where: InputInvalid['where']): void {
  for (const [name, value] of Object.entries(plain)) {
    if (typeof value === 'string' && /\0|\p{Surrogate}/u.test(value)) {
      throw new InputInvalid(where, [{ pointer: `/${name}`, detail: 'has a character that cannot be here' }]);
    }
  }
}

function flatten(errors: readonly ValidationError[], parent: string): InputProblem[] {
  return errors.flatMap((error) => {
    const pointer = `${parent}/${error.property.replaceAll('~', '~0').replaceAll('/', '~1').slice(0, 200)}`;
    const own = detailsOf(error).map((detail) => {
      // A check of a list says which item it means: `/3 must be a string`.
      const [, item = '', said = detail] = /^(\/\d+) (.*)$/s.exec(detail) ?? [];
      return { pointer: pointer + item, detail: said.slice(0, 300) };
    });
    return [...own, ...flatten(error.children ?? [], pointer)];
  });
}

/** Checks of what kind of thing a value is. */
const KINDS = new Set(['isString', 'isInt', 'isNumber', 'isBoolean', 'isArray', 'isObject']);

/** class-validator says of an empty list and an empty text that they have less than one of something. */
const worded = (detail: string): string =>
  /at least 1 elements$|longer than or equal to 1 characters$/.test(detail) ? 'must not be empty' : detail;

/** What isn't there is missing, and nothing more is said of what is of the wrong kind: the other checks only echo it. */
function detailsOf({ property, value, constraints = {} }: ValidationError): string[] {
  const failed = Object.entries(constraints);
  if (failed.length > 0 && value === undefined && !('whitelistValidation' in constraints)) return ['is missing'];
  const ofKind = failed.filter(([check]) => KINDS.has(check));
  // The pointer names the member already.
  const named = `${property} `;
  return (ofKind.length > 0 ? ofKind : failed).map(([, detail]) =>
    worded(detail.startsWith(named) ? detail.slice(named.length) : detail),
  );
}
