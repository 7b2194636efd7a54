import { getMetadataStorage } from 'class-validator';
import { nestedTypes } from '../../http/nested-types.js';
import type { DtoClass } from '../../http/validation.js';

/**
 * A parsed body as the original's decoder (Go's encoding/json) reads it into the operation's class, at every depth: a
 * member that is null counts as one that isn't there, and a name is known in any case. Where a name stands exactly, that
 * one counts; of several other spellings, the last. What the class doesn't know stays as it is.
 */
export function decoded(Dto: DtoClass, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const members = membersOf(Dto);
  const given = Object.entries(value).filter(([, member]) => member !== null);
  const exact = new Set(given.map(([name]) => name).filter((name) => members.nested.has(name)));
  const read = given.flatMap(([name, member]): [string, unknown][] => {
    const meant = exact.has(name) ? name : members.named.get(sameName(name));
    if (meant === undefined) return [[name, member]];
    if (meant !== name && exact.has(meant)) return [];
    const Nested = members.nested.get(meant);
    if (Nested === undefined) return [[meant, member]];
    return [[meant, Array.isArray(member) ? member.map((item) => decoded(Nested, item)) : decoded(Nested, member)]];
  });
  return Object.fromEntries(read);
}

interface Members {
  /** Each member's own name, by what its spellings have in common. */
  readonly named: ReadonlyMap<string, string>;
  /** The class of what it holds, where that is an object or a list of objects. */
  readonly nested: ReadonlyMap<string, DtoClass | undefined>;
}

const known = new WeakMap<DtoClass, Members>();

function membersOf(Dto: DtoClass): Members {
  const remembered = known.get(Dto);
  if (remembered !== undefined) return remembered;
  const checks = getMetadataStorage().getTargetValidationMetadatas(Dto, '', false, false);
  const names = [...new Set(checks.map(({ propertyName }) => propertyName))];
  const members: Members = {
    named: new Map(names.map((name) => [sameName(name), name])),
    nested: new Map(names.map((name) => [name, nestedIn(Dto, name)])),
  };
  known.set(Dto, members);
  return members;
}

function nestedIn(Dto: DtoClass, member: string): DtoClass | undefined {
  const type = nestedTypes.findTypeMetadata(Dto, member)?.typeFunction();
  return typeof type === 'function' ? (type as DtoClass) : undefined;
}

/**
 * What the spellings of one member's name have in common: equal for those that the original's decoder takes for the same.
 * It folds letter by letter, so that the long s and the Kelvin sign are an s and a k.
 */
export const sameName = (name: string): string => name.toLowerCase().replaceAll('ſ', 's');
