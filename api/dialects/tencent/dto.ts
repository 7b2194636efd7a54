import { IsArray, IsIn, ValidateBy, ValidateIf, type ValidationArguments } from 'class-validator';

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

/** What every store keeps faithfully. */
export const IsText = (): PropertyDecorator =>
  ValidateBy(
    { name: 'isText', validator: { validate: (value: unknown) => wrongText(value) === undefined } },
    { message: ({ value }) => wrongText(value) ?? '' },
  );

export function wrongText(value: unknown): string | undefined {
  if (typeof value !== 'string') return 'must be a string';
  return /[\0\p{Surrogate}]/u.test(value) ? 'holds U+0000 or half of a surrogate pair' : undefined;
}

export const Text = (): PropertyDecorator => all(Optional(), IsText());

/** An account or a group; that it is possible, and there, is seen where it is looked up. */
export const Id = (): PropertyDecorator =>
  ValidateBy(
    { name: 'isId', validator: { validate: (value: unknown) => wrongText(value) === undefined && value !== '' } },
    { message: ({ value }) => wrongText(value) ?? 'must not be empty' },
  );

/** Longer lists are never right; how long each may be, its command says with a code of its own. */
const LONGEST_LIST = 1_000;

export const List = (): PropertyDecorator =>
  all(
    IsArray(),
    ValidateBy(
      {
        name: 'isShort',
        validator: { validate: (value: unknown) => !Array.isArray(value) || value.length <= LONGEST_LIST },
      },
      { message: `has more than ${LONGEST_LIST.toString()} items` },
    ),
  );

/** Of ids, or of names. */
export const Texts = (): PropertyDecorator =>
  all(
    List(),
    ValidateBy(
      {
        name: 'areTexts',
        validator: {
          validate: (value: unknown) => !Array.isArray(value) || value.every((item) => wrongText(item) === undefined),
        },
      },
      { message: firstWrong },
    ),
  );

function firstWrong({ value }: ValidationArguments): string {
  const items: readonly unknown[] = Array.isArray(value) ? value : [];
  const wrong = items.findIndex((item) => wrongText(item) !== undefined);
  return `/${wrong.toString()} ${wrongText(items[wrong]) ?? ''}`;
}

/** A whole number within these bounds. */
export const Whole = (min: number, max: number): PropertyDecorator =>
  ValidateBy(
    {
      name: 'isWhole',
      validator: {
        validate: (value: unknown) =>
          Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max,
      },
    },
    { message: `must be a whole number from ${min.toString()} to ${max.toString()}` },
  );

/** An unsigned integer of 32 bits. */
export const MAX_UINT32 = 4_294_967_295;
export const Uint32 = (): PropertyDecorator => Whole(0, MAX_UINT32);

export const OneOf = (...values: readonly (string | number)[]): PropertyDecorator =>
  IsIn(values, { message: `must be one of ${values.join(', ')}` });

/** A command about one group. */
export class GroupReq {
  @Id()
  GroupId!: string;
}
