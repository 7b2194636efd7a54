import { setImmediate } from 'node:timers/promises';
import { plainToInstance } from 'class-transformer';
import {
  getMetadataStorage,
  type ValidationError,
  ValidationTypes,
  type ValidatorOptions,
  validateSync,
} from 'class-validator';
import { nestedTypes } from './nested-types.js';

export type DtoClass<T extends object = object> = new () => T;

/** One thing that is wrong with what was sent. `pointer` is a JSON pointer into the body, or the parameter's name. */
export interface InputProblem {
  readonly pointer: string;
  readonly detail: string;
}

/** As many problems are told; of the rest there is a count. */
const MOST_TOLD = 20;

/** Thrown when input doesn't fit its class; each API shows it in its own shape. */
export class InputInvalid extends Error {
  override readonly name = 'InputInvalid';
  /** The first of them. */
  readonly problems: readonly InputProblem[];
  /** How many more there are. */
  readonly untold: number;

  constructor(
    readonly where: 'body' | 'query' | 'path' | 'header',
    problems: readonly InputProblem[],
  ) {
    const told = problems.slice(0, MOST_TOLD);
    super(told.map((p) => `${p.pointer}: ${p.detail}`).join('; '));
    this.problems = told;
    this.untold = problems.length - told.length;
  }
}

/**
 * Checks plain input against a class-validator class; every problem is found. Unknown members are refused, or left out
 * where an API's clients send more than it knows. A long list is checked a few items at a time: others get their turn
 * in between.
 */
export async function checked<T extends object>(
  Dto: DtoClass<T>,
  plain: unknown,
  where: InputInvalid['where'],
  { unknown = 'refused' }: { readonly unknown?: 'refused' | 'leftOut' } = {},
): Promise<T> {
  if (!isObject(plain)) throw new InputInvalid(where, [{ pointer: '', detail: 'must be an object' }]);
  // It goes down by recursion.
  if (isDeeperThan(plain, DEEPEST)) throw new InputInvalid(where, [{ pointer: '', detail: 'is nested too deeply' }]);
  const passedOver = unseenMember(plain);
  if (passedOver !== undefined) {
    throw new InputInvalid(where, [{ pointer: passedOver.map(pointerTo).join(''), detail: 'should not exist' }]);
  }
  if (where === 'path' || where === 'query') refuseUnspeakable(plain, where);
  const checking = new Checking(unknown);
  const instance = await checking.instanceOf(Dto, plain, '');
  if (checking.problems.length > 0) throw new InputInvalid(where, checking.problems);
  return instance;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** How long a check goes on before others get their turn, ms. */
const SLICE_MS = 8;

/** One check of one input: what is wrong so far, and since when it has had the processor. */
class Checking {
  readonly problems: InputProblem[] = [];
  readonly #options: ValidatorOptions;
  #since = performance.now();

  constructor(unknown: 'refused' | 'leftOut') {
    this.#options = {
      whitelist: true,
      forbidNonWhitelisted: unknown === 'refused',
      forbidUnknownValues: false,
      validationError: { target: false },
    };
  }

  async instanceOf<T extends object>(
    Dto: DtoClass<T>,
    plain: Readonly<Record<string, unknown>>,
    at: string,
  ): Promise<T> {
    const lists = itemLists(Dto).filter(({ name }) => Array.isArray(plain[name]));
    if (lists.length === 0) {
      const instance = plainToInstance(Dto, plain, { exposeDefaultValues: true });
      this.#add(validateSync(instance, this.#options), at);
      return instance;
    }
    // The lists as they are, for what is asked of them as a whole; then item by item.
    const asked = Object.fromEntries(lists.map(({ name }) => [name, plain[name]]));
    const empty = Object.fromEntries(lists.map(({ name }) => [name, []]));
    const instance = Object.assign(
      plainToInstance(withoutItems(Dto), { ...plain, ...empty }, { exposeDefaultValues: true }),
      asked,
    );
    const errors = validateSync(instance, this.#options);
    this.#add(errors, at);
    for (const { name, Item } of lists) {
      if (errors.some(({ property }) => property === name)) continue;
      Object.assign(instance, { [name]: await this.#items(Item, asked[name] as unknown[], at + pointerTo(name)) });
    }
    return instance;
  }

  async #items(Item: DtoClass, plain: readonly unknown[], at: string): Promise<object[]> {
    const items: object[] = [];
    for (const [index, item] of plain.entries()) {
      if (performance.now() - this.#since > SLICE_MS) {
        await setImmediate();
        this.#since = performance.now();
      }
      const pointer = `${at}/${index.toString()}`;
      if (isObject(item)) items.push(await this.instanceOf(Item, item, pointer));
      else this.problems.push({ pointer, detail: 'must be an object' });
    }
    return items;
  }

  #add(errors: readonly ValidationError[], at: string): void {
    for (const problem of flatten(errors, at)) this.problems.push(problem);
  }
}

interface ItemList {
  readonly name: string;
  readonly Item: DtoClass;
}

const listsOf = new WeakMap<DtoClass, readonly ItemList[]>();

/** The members of a class that are lists of objects, each checked against a class of its own. */
function itemLists(Dto: DtoClass): readonly ItemList[] {
  const known = listsOf.get(Dto);
  if (known !== undefined) return known;
  const lists = decoratorsOf(Dto).flatMap(({ type, each, propertyName: name }) => {
    const Item = nestedTypes.findTypeMetadata(Dto, name)?.typeFunction() as DtoClass | undefined;
    return type === ValidationTypes.NESTED_VALIDATION && each && Item !== undefined ? [{ name, Item }] : [];
  });
  listsOf.set(Dto, lists);
  return lists;
}

const shells = new WeakMap<DtoClass, DtoClass>();

/** The same class, but for the check of its lists' items. */
function withoutItems<T extends object>(Dto: DtoClass<T>): DtoClass<T> {
  const known = shells.get(Dto);
  if (known !== undefined) return known as DtoClass<T>;
  const shell = class extends (Dto as DtoClass) {} as DtoClass<T>;
  const names = new Set(itemLists(Dto).map(({ name }) => name));
  gathered.set(
    shell,
    decoratorsOf(Dto).filter(
      ({ type, propertyName }) => type !== ValidationTypes.NESTED_VALIDATION || !names.has(propertyName),
    ),
  );
  shells.set(Dto, shell);
  return shell;
}

const decoratorsOf = (Dto: DtoClass): Decorators =>
  getMetadataStorage().getTargetValidationMetadatas(Dto, '', false, false);

type Decorators = ReturnType<ReturnType<typeof getMetadataStorage>['getTargetValidationMetadatas']>;

/** Every decorator of a class, once it was asked for. */
const gathered = new WeakMap<object, Decorators>();

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

/** The way to a member that class-transformer would pass over in silence, at any depth. */
function unseenMember(value: unknown): readonly string[] | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [name, member] of Object.entries(value)) {
    if (name === '__proto__' || name === 'constructor' || name === 'prototype') return [name];
    const below = unseenMember(member);
    if (below !== undefined) return [name, ...below];
  }
  return undefined;
}

/** Longer names are cut, and paths of many names with them. */
const LONGEST_NAME = 100;

const pointerTo = (name: string): string =>
  `/${name.slice(0, LONGEST_NAME).replaceAll('~', '~0').replaceAll('/', '~1')}`;

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
    const pointer = parent + pointerTo(error.property);
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
