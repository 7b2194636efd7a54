import { ArrayMaxSize, IsInt, Max, Min, ValidateBy, type ValidationArguments } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import type { RuleValues } from '../../../domain/group/rules.js';
import { ID_PATTERN, isId } from '../../../domain/shared/ids.js';
import { type Bound, wrongWith } from '../../../domain/shared/text.js';
import { inPresets, saidBound, saidByPreset } from '../by-preset.js';

/** Members that the domain bounds: checked, explained and documented by those very bounds. */

type Schema = Exclude<Parameters<typeof JSONSchema>[0], (...of: never[]) => unknown>;
type Limits = RuleValues['limits'];

interface Check {
  readonly name: string;
  /** What is wrong with a value; undefined: nothing. */
  readonly wrong: (value: unknown) => string | undefined;
  readonly schema: Schema;
}

const Checked =
  ({ name, wrong, schema }: Check): PropertyDecorator =>
  (target, property) => {
    ValidateBy({
      name,
      validator: {
        validate: (value: unknown) => wrong(value) === undefined,
        defaultMessage: (asked?: ValidationArguments) => {
          const said = wrong(asked?.value) ?? '';
          return /^(?:must|holds) /.test(said) ? said : `is ${said}`;
        },
      },
    })(target, property);
    JSONSchema(schema)(target, String(property));
  };

const sentences = (...parts: readonly string[]): { description?: string } => {
  const said = parts.filter((part) => part !== '').map((part) => (part.endsWith('.') ? part : `${part}.`));
  return said.length === 0 ? {} : { description: said.join(' ') };
};

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** A text that the domain bounds alike everywhere. */
export const IsTextWithin = (bound: Bound, description = '', further: Schema = {}): PropertyDecorator =>
  Checked({
    name: 'isTextWithin',
    wrong: (value) => wrongWith(value, bound),
    schema: {
      type: 'string',
      ...(bound.min > 0 ? { minLength: bound.min } : {}),
      // A character is a byte at least.
      maxLength: bound.max,
      ...sentences(description, bound.unit === 'bytes' ? capital(saidBound(bound)) : ''),
      ...further,
    },
  });

/** A text that a group's rules bound: no more is refused than any preset would, the rest is the decision's. */
export function IsTextByRules(
  boundOf: (limits: Limits) => Bound,
  description = '',
  further: Schema = {},
): PropertyDecorator {
  const bounds = inPresets(boundOf);
  const all = [...bounds.values()];
  const widest = all.reduce((a, b) => (b.max > a.max ? b : a));
  const shortest = Math.min(...all.map(({ min }) => min));
  const distinct = [...new Map(all.map((bound) => [saidBound(bound), bound])).values()];
  return Checked({
    name: 'isTextByRules',
    wrong: (value) =>
      distinct.some((bound) => wrongWith(value, bound) === undefined) ? undefined : wrongWith(value, widest),
    schema: {
      type: 'string',
      ...(shortest > 0 ? { minLength: shortest } : {}),
      maxLength: widest.max,
      ...sentences(description, capital(saidByPreset(bounds, saidBound))),
      ...further,
    },
  });
}

/** A list of people that a group's rules bound. */
export const ListByRules =
  (countOf: (limits: Limits) => number, description = '', further: Schema = {}): PropertyDecorator =>
  (target, property) => {
    const counts = inPresets(countOf);
    ArrayMaxSize(Math.max(...counts.values()))(target, property);
    const said = capital(saidByPreset(counts, (count) => `at most ${count.toString()}`));
    JSONSchema({ ...sentences(description, said), ...further })(target, String(property));
  };

/** How many a group may be given room for. */
export const IsMaximum = (description: string): PropertyDecorator => {
  const highest = inPresets(({ maximum }) => maximum);
  return (target, property) => {
    IsInt()(target, property);
    Min(1)(target, property);
    Max(Math.max(...highest.values()))(target, property);
    const said = capital(saidByPreset(highest, (count) => `at most ${count.toString()}`));
    JSONSchema({ ...sentences(description, said) })(target, String(property));
  };
};

/** An id that is being chosen for a user or a group; one of the server's own form, or that is nobody's, the domain refuses. */
export const IsChosenId = (description: string): PropertyDecorator =>
  Checked({
    name: 'isChosenId',
    wrong: (value) =>
      typeof value === 'string' && isId(value) ? undefined : 'must be 1 to 64 letters, digits and _ - . @ # :',
    schema: {
      type: 'string',
      pattern: ID_PATTERN,
      ...sentences(description, 'Not 16 decimal digits, nor `me`, `.` and `..`'),
    },
  });

/** Texts that a store can be asked about: it has none with U+0000 or half of a surrogate pair. */
export const AreTexts = (): PropertyDecorator =>
  ValidateBy(
    {
      name: 'areTexts',
      validator: {
        validate: (value: unknown) => typeof value === 'string' && !/\0|\p{Surrogate}/u.test(value),
        defaultMessage: () => 'each holds no U+0000 and no half of a surrogate pair',
      },
    },
    { each: true },
  );

const FULL_DATE =
  /^(\d{4})-(\d{2})-(\d{2})T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

/** Whether the text is a moment by RFC 3339: without its zone it would be another one on each server. */
export function isMoment(text: unknown): text is string {
  const [, year = '', month = '', day = ''] = (typeof text === 'string' ? FULL_DATE.exec(text) : null) ?? [];
  if (year === '') return false;
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
}

const moment: Schema = { type: 'string', format: 'date-time' };

/** A moment, with its zone. */
export const IsMoment = (description: string): PropertyDecorator =>
  Checked({
    name: 'isMoment',
    wrong: (value) =>
      isMoment(value) ? undefined : 'must be a date and time with its zone: 2026-03-01T12:00:00Z or …+01:00',
    schema: { ...moment, ...sentences(description, 'RFC 3339, with its zone') },
  });

/** A moment, with its zone, or `forever`. */
export const IsMomentOrForever = (description: string): PropertyDecorator =>
  Checked({
    name: 'isMomentOrForever',
    wrong: (value) =>
      value === 'forever' || isMoment(value)
        ? undefined
        : 'must be `forever`, or a date and time with its zone: 2026-03-01T12:00:00Z',
    schema: {
      anyOf: [moment, { type: 'string', enum: ['forever'] }],
      ...sentences(description, 'RFC 3339, with its zone'),
    },
  });
