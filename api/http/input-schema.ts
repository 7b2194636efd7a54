import 'reflect-metadata';
import { getMetadataStorage } from 'class-validator';
import { targetConstructorToSchema } from 'class-validator-jsonschema';
import { nestedTypes } from './nested-types.js';
import type { DtoClass } from './validation.js';

/** A JSON Schema, as far as this house writes any. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
}

export const REFERENCE = '#/components/schemas/';

/**
 * What an input class checks, as a schema, and each class that it refers to, by name: members that it doesn't name are
 * refused, those it lets be null say so.
 */
export function inputSchemas(Dto: DtoClass, known = new Map<string, Schema>()): Map<string, Schema> {
  if (known.has(Dto.name)) return known;
  const schema = schemaOf(Dto);
  known.set(Dto.name, schema);
  for (const name of Object.keys(schema.properties ?? {})) {
    const nested = nestedTypes.findTypeMetadata(Dto, name)?.typeFunction() as DtoClass | undefined;
    if (nested !== undefined && !PLAIN.has(nested)) inputSchemas(nested, known);
  }
  return known;
}

/** What a class's decorators say stays the same, and takes long to put together. */
const schemas = new WeakMap<DtoClass, Schema>();

function schemaOf(Dto: DtoClass): Schema {
  const made = schemas.get(Dto);
  if (made !== undefined) return made;
  const { properties = {}, ...schema } = targetConstructorToSchema(Dto, {
    refPointerPrefix: REFERENCE,
    classTransformerMetadataStorage: nestedTypes as never,
    // What a check of our own means, its decorator says, or the test that knows it.
    additionalConverters: { customValidation: {}, isText: { type: 'string' } },
  }) as Schema;
  const nullable = nullableMembers(Dto);
  const whole = {
    ...schema,
    properties: Object.fromEntries(
      Object.entries(properties).map(([name, member]) => {
        const tidy = tidied(member);
        return [name, nullable.has(name) ? orNull(tidy) : tidy];
      }),
    ),
    additionalProperties: false,
  };
  schemas.set(Dto, whole);
  return whole;
}

const PLAIN: ReadonlySet<unknown> = new Set([String, Number, Boolean, Date, Array, Object]);

/** `IsOptional` passes null, `MayBeAbsent` doesn't. */
const nullableMembers = (Dto: DtoClass): ReadonlySet<string> =>
  new Set(
    getMetadataStorage()
      .getTargetValidationMetadatas(Dto, '', false, false)
      .filter(({ name }) => name === 'isOptional')
      .map(({ propertyName }) => propertyName),
  );

/** `IsObject` says no more than the reference beside it, and choices among texts are texts. */
function tidied({ items, ...schema }: Schema): Schema {
  const { type, $ref, enum: choices } = schema;
  const below = items === undefined ? {} : { items: tidied(items) };
  if ($ref !== undefined && type === 'object') return { $ref };
  if (type === undefined && choices?.every((choice) => typeof choice === 'string') === true)
    return { type: 'string', ...schema };
  return { ...schema, ...below };
}

function orNull(schema: Schema): Schema {
  if (schema.$ref !== undefined) return { anyOf: [schema, { type: 'null' }] };
  const types = [schema.type ?? []].flat();
  return { ...schema, type: [...types.filter((type) => type !== 'null'), 'null'] };
}
