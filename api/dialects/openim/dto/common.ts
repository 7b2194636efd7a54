import { Transform, Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsInt,
  IsOptional,
  IsString,
  Matches,
  Max,
  Min,
  ValidateBy,
  type ValidationArguments,
} from 'class-validator';
import { sameName } from '../../shared/go-decoding.js';

/** Lists and pages are no longer than this (docs/rules.md D1 "Envelope & validation"). */
export const LONGEST_LIST = 1_000;

const all =
  (...decorators: readonly PropertyDecorator[]): PropertyDecorator =>
  (target, property) => {
    for (const decorate of decorators) decorate(target, property);
  };

const ID = /^[A-Za-z0-9_\-.@#:]{1,64}$/;
const ID_OR_EMPTY = /^([A-Za-z0-9_\-.@#:]{1,64})?$/;

/** What keeps a value from being an id. */
const noId = (value: unknown): string =>
  typeof value === 'string' ? 'must be an id: 1 to 64 letters, digits or any of "_-.@#:"' : 'must be a string';

/** An id that is chosen (docs/rules.md A13). */
export const IsNewId = (): PropertyDecorator => Matches(ID, { message: ({ value }) => noId(value) });

/** An id that may be chosen; clients also send '' where they choose none. */
export const IsNewIdOrEmpty = (): PropertyDecorator => Matches(ID_OR_EMPTY, { message: ({ value }) => noId(value) });

/** Names a user or a group. What can't be an id is nobody's, like any other that nobody has. */
export const IsId = (): PropertyDecorator => IsText({ empty: false });

/** An optional `IsId` that clients also send as ''. */
export const IsIdOrEmpty = (): PropertyDecorator => IsText();

/**
 * Names users or groups, as `IsId` does, and '' is nobody's as well. `distinct`: nobody may be named twice. A message
 * that begins with a number of an item is about that one.
 */
export const IsIds = ({
  atLeast = 0,
  distinct = false,
}: { readonly atLeast?: number; readonly distinct?: boolean } = {}): PropertyDecorator =>
  all(
    IsArray(),
    ArrayMinSize(atLeast),
    ArrayMaxSize(LONGEST_LIST),
    IsString({ each: true, message: firstWrong }),
    ...(distinct ? [AreDistinct()] : []),
  );

function firstWrong({ value }: ValidationArguments): string {
  const items: readonly unknown[] = Array.isArray(value) ? value : [];
  return `/${items.findIndex((item) => typeof item !== 'string').toString()} must be a string`;
}

/** Those of a list that is only looked through which could be somebody's. */
export const possible = (ids: readonly string[]): string[] => ids.filter((id) => ID.test(id));

/** No item stands for the same one as an item before it; what has no such id is wrong for another reason. */
export const AreDistinct = (idOf = (item: unknown): unknown => item): PropertyDecorator => {
  const named = (item: unknown): unknown => idOf(item) ?? item;
  return ArrayUnique(named, {
    message: ({ value }: ValidationArguments) => {
      const ids = Array.isArray(value) ? value.map(named) : [];
      return `/${ids.findIndex((id, index) => ids.indexOf(id) < index).toString()} is named before already`;
    },
  });
};

interface TextOptions {
  readonly empty?: boolean;
  readonly blank?: boolean;
}

/** What keeps a value from being text that every store keeps faithfully. */
function noText(value: unknown, { empty = true, blank = true }: TextOptions): string | undefined {
  if (typeof value !== 'string') return 'must be a string';
  if (/[\0\p{Surrogate}]/u.test(value)) return 'holds U+0000 or half of a surrogate pair';
  if (!empty && value === '') return 'must not be empty';
  return blank || value.trim() !== '' ? undefined : 'must not be blank';
}

/** Text without U+0000 and halves of surrogate pairs. Its length is the domain's to bound. */
export const IsText = (options: TextOptions = {}): PropertyDecorator =>
  ValidateBy(
    { name: 'isText', validator: { validate: (value: unknown) => noText(value, options) === undefined } },
    { message: ({ value }) => noText(value, options) ?? '' },
  );

/** int32 within bounds. */
export const IsNumber = (min = -2_147_483_648, max = 2_147_483_647): PropertyDecorator =>
  all(IsInt(), Min(min), Max(max));

/** Of an optional text or number the original's wrapper form `{"value": x}` is understood as well. */
export const Plain = (): PropertyDecorator =>
  Transform(({ value }: { value: unknown }) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    if ('value' in value) return value.value;
    const wrapped = Object.entries(value).findLast(([name]) => sameName(name) === 'value');
    return wrapped === undefined ? value : wrapped[1];
  });

export class RequestPagination {
  @IsNumber(1)
  pageNumber!: number;

  /** Nothing or less is an empty page; no page is longer than a list may be. */
  @IsOptional()
  @IsNumber()
  showNumber = 0;
}

export const PaginationType = (): PropertyDecorator => Type(() => RequestPagination);
