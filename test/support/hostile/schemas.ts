import { inputSchemas, REFERENCE, type Schema } from '../../../api/http/input-schema.js';
import type { DtoClass } from '../../../api/http/validation.js';

export type { Schema } from '../../../api/http/input-schema.js';

const all = new Map<string, Schema>();

/** What an input class checks, as a schema. */
export function schemaOf(Dto: DtoClass): Schema {
  const found = inputSchemas(Dto);
  for (const [name, schema] of found) all.set(name, schema);
  return found.get(Dto.name) ?? {};
}

/** The schema itself, or what it refers to. */
export function resolved(schema: Schema): Schema {
  if (schema.$ref === undefined) return schema;
  const found = all.get(schema.$ref.slice(REFERENCE.length));
  if (found === undefined) throw new Error(`${schema.$ref} is not known`);
  return found;
}

export type Kind = 'string' | 'number' | 'boolean' | 'array' | 'object';

/** What a value must be; undefined where the class leaves it open. */
export function kindOf(schema: Schema): Kind | undefined {
  if (schema.$ref !== undefined) return 'object';
  const [type] = [schema.type ?? schema.oneOf?.[0]?.type ?? schema.anyOf?.[0]?.type]
    .flat()
    .filter((name) => name !== 'null');
  return type === 'integer' ? 'number' : (type as Kind | undefined);
}

/** Whether null says something ("clears") instead of being a mistake. */
export const saysNull = (schema: Schema): boolean => [schema.type].flat().includes('null');

/** Pointers to whatever names a user: `/userId`, `/members/0/userId`. */
export function userPointers(schema: Schema, at = ''): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const pointer = `${at}/${name}`;
    const nested = resolved(property.items ?? property);
    if (nested.properties !== undefined) return userPointers(nested, property.items ? `${pointer}/0` : pointer);
    const names =
      /user(_?id)?(s|\d|list)?$|owner|inviterid|^sendid$|^recvids?$|^otherid$|^members$|^admins$|^speakers$/i.test(
        name,
      );
    return names && /string|array/.test(kindOf(property) ?? '') ? [pointer] : [];
  });
}
