import 'reflect-metadata';
import { createRequire } from 'node:module';
import { getMetadataStorage } from 'class-validator';
import { validationMetadatasToSchemas } from 'class-validator-jsonschema';
import type { DtoClass } from '../../../api/http/validation.js';

// class-transformer keeps its metadata in a module that its package doesn't export by name; nested types need it.
const { defaultMetadataStorage } = createRequire(import.meta.url)('class-transformer/cjs/storage.js') as {
  defaultMetadataStorage: never;
};

/** The part of JSON Schema that the input classes come to. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly oneOf?: readonly Schema[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
}

const REF = '#/';
let all: Record<string, Schema> | undefined;

/** Made once, when every input class is known. */
function schemas(): Record<string, Schema> {
  all ??= validationMetadatasToSchemas({
    refPointerPrefix: REF,
    classTransformerMetadataStorage: defaultMetadataStorage,
    classValidatorMetadataStorage: getMetadataStorage(),
    additionalConverters: { isText: { type: 'string' }, isRFC3339: { type: 'string', format: 'date-time' } },
  }) as Record<string, Schema>;
  return all;
}

/** What an input class checks, as a schema. @throws when it checks nothing */
export function schemaOf(Dto: DtoClass): Schema {
  return named(Dto.name);
}

function named(name: string): Schema {
  const schema = schemas()[name];
  if (schema === undefined) throw new Error(`${name} declares no input`);
  return schema;
}

/** The schema itself, or what it refers to. */
export const resolved = (schema: Schema): Schema =>
  schema.$ref === undefined ? schema : named(schema.$ref.slice(REF.length));

export type Kind = 'string' | 'number' | 'boolean' | 'array' | 'object';

/** What a value must be; undefined where the class leaves it open. */
export function kindOf(schema: Schema): Kind | undefined {
  if (schema.$ref !== undefined) return 'object';
  const [type] = [schema.type ?? schema.oneOf?.[0]?.type].flat().filter((name) => name !== 'null');
  return type === 'integer' ? 'number' : (type as Kind | undefined);
}

/** Whether null says something ("clears") instead of being a mistake. */
export const saysNull = (schema: Schema & { readonly description?: string }): boolean =>
  [schema.type].flat().includes('null') || (schema.description ?? '').includes('null clears');

/** Pointers to whatever names a user: `/userId`, `/members/0/userId`. */
export function userPointers(schema: Schema, at = ''): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const pointer = `${at}/${name}`;
    const nested = resolved(property.items ?? property);
    if (nested.properties !== undefined) return userPointers(nested, property.items ? `${pointer}/0` : pointer);
    const names = /user(_?id)?s?$|owner|inviterid|^members$|^admins$|^speakers$/i.test(name);
    return names && /string|array/.test(kindOf(property) ?? '') ? [pointer] : [];
  });
}
