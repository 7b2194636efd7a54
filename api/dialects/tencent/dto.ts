import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsIn,
  IsInt,
  IsObject,
  IsString,
  Max,
  Min,
  ValidateBy,
  ValidateIf,
  ValidateNested,
  type ValidationArguments,
} from 'class-validator';

/*
 * Bodies as 001 takes them: every member in the form that is told, or not at all; what nobody knows is left out.
 */

export const all =
  (...decorators: readonly PropertyDecorator[]): PropertyDecorator =>
  (target, property) => {
    for (const decorate of decorators) decorate(target, property);
  };

/** It may be missing; null is no value. */
export const Optional = (): PropertyDecorator =>
  ValidateIf((_object: object, value: unknown): boolean => value !== undefined);

function noText(value: unknown, empty: boolean): string | undefined {
  if (typeof value !== 'string') return 'must be a string';
  if (/[\0\p{Surrogate}]/u.test(value)) return 'holds U+0000 or half of a surrogate pair';
  return empty || value !== '' ? undefined : 'must not be empty';
}

/** What every store keeps faithfully. Its length is the domain's to bound. */
export const IsText = ({ empty = true }: { readonly empty?: boolean } = {}): PropertyDecorator =>
  ValidateBy(
    { name: 'isText', validator: { validate: (value: unknown) => noText(value, empty) === undefined } },
    { message: ({ value }) => noText(value, empty) ?? '' },
  );

export const Text = (): PropertyDecorator => all(Optional(), IsText());

/** An account or a group; whether there could be such a one, and is, is seen where it is looked up. */
export const Id = (): PropertyDecorator => IsText({ empty: false });

/** Longer lists are never right; how long each may be, its command says with a code of its own. */
const LONGEST_LIST = 1_000;

const List = (): PropertyDecorator => all(IsArray(), ArrayMaxSize(LONGEST_LIST));

/** Of accounts, groups or names of members. What can't be one is nobody's. */
export const Texts = (): PropertyDecorator => all(List(), IsString({ each: true, message: firstWrong }));

function firstWrong({ value }: ValidationArguments): string {
  const items: readonly unknown[] = Array.isArray(value) ? value : [];
  return `/${items.findIndex((item) => typeof item !== 'string').toString()} must be a string`;
}

/** Of objects of one class. */
export const Items = (Item: new () => object): PropertyDecorator =>
  all(
    List(),
    ValidateNested({ each: true }),
    Type(() => Item),
  );

/** A whole number within these bounds. */
export const Whole = (min: number, max: number): PropertyDecorator => all(IsInt(), Min(min), Max(max));

/** An unsigned integer of 32 bits. */
export const MAX_UINT32 = 4_294_967_295;
export const Uint32 = (): PropertyDecorator => Whole(0, MAX_UINT32);

export const OneOf = (...values: readonly (string | number)[]): PropertyDecorator =>
  IsIn(values, { message: `must be one of ${values.map((value) => JSON.stringify(value)).join(', ')}` });

/** Some of these. */
export const SomeOf = (...values: readonly string[]): PropertyDecorator =>
  all(List(), IsIn(values, { each: true, message: `must name ${values.join(', ')} only` }));

export const Flag = (): PropertyDecorator => all(Optional(), OneOf(0, 1));

/** An object of what the app likes. Numbers that nobody could read again are none. */
export const AnyObject = (): PropertyDecorator =>
  all(
    IsObject(),
    ValidateBy(
      { name: 'isReadable', validator: { validate: isReadable } },
      { message: 'holds a number that is larger than any' },
    ),
  );

function isReadable(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return typeof value !== 'number' || Number.isFinite(value);
  return Object.values(value).every(isReadable);
}
