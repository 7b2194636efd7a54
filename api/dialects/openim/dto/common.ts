import { Type } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsInt, IsOptional, Matches, Max, Min, ValidateBy } from 'class-validator';

/** Lists and pages are no longer than this (RULES D1 "Envelope & validation"). */
export const LONGEST_LIST = 1_000;

const all =
  (...decorators: readonly PropertyDecorator[]): PropertyDecorator =>
  (target, property) => {
    for (const decorate of decorators) decorate(target, property);
  };

const ID = /^[A-Za-z0-9_\-.@#:]{1,64}$/;
const ID_SAID = 'must be an id: 1 to 64 letters, digits or any of "_-.@#:"';

/** An id of a user or a group (RULES A13). */
export const IsId = (): PropertyDecorator => Matches(ID, { message: ID_SAID });

/** An optional id that clients also send as ''. */
export const IsIdOrEmpty = (): PropertyDecorator => Matches(/^([A-Za-z0-9_\-.@#:]{1,64})?$/, { message: ID_SAID });

export const IsIds = ({ atLeast = 0 }: { readonly atLeast?: number } = {}): PropertyDecorator =>
  all(
    IsArray(),
    ArrayMinSize(atLeast),
    ArrayMaxSize(LONGEST_LIST),
    Matches(ID, { each: true, message: `each ${ID_SAID}` }),
  );

/** Text that every store keeps faithfully: without U+0000 and halves of surrogate pairs. Its length is the domain's to bound. */
export const IsText = ({ blank = true }: { readonly blank?: boolean } = {}): PropertyDecorator =>
  ValidateBy(
    {
      name: 'isText',
      validator: {
        validate: (value: unknown) =>
          typeof value === 'string' && !/[\0\p{Surrogate}]/u.test(value) && (blank || value.trim() !== ''),
      },
    },
    { message: blank ? 'must be text' : 'must be text that is not blank' },
  );

/** int32 within bounds. */
export const IsNumber = (min = -2_147_483_648, max = 2_147_483_647): PropertyDecorator =>
  all(IsInt(), Min(min), Max(max));

/** An optional object or number of which the original's wrapper form `{"value": x}` is understood as well. */
export const Unwrapped = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && 'value' in value ? value.value : value;

export class RequestPagination {
  @IsNumber(1)
  pageNumber!: number;

  /** Nothing or less is an empty page. */
  @IsOptional()
  @IsNumber(-2_147_483_648, LONGEST_LIST)
  showNumber = 0;
}

export const PaginationType = (): PropertyDecorator => Type(() => RequestPagination);
