import type Type from 'typebox';

/**
 * Throws unless every value that fits the schema is one that JSON text carries unchanged and that holds no map keyed by
 * data: closed objects with names that don't look like integers (JSON.stringify would reorder those), arrays, text,
 * booleans, null, and whole numbers within ±(2^53-1).
 */
export function assertSound(where: string, schema: Type.TSchema): void {
  const keywords = schema as Keywords;
  if (keywords.anyOf) {
    keywords.anyOf.forEach((option, index) => {
      assertSound(`${where}|${String(index)}`, option);
    });
    return;
  }
  if (keywords.enum ?? keywords.const !== undefined) {
    const values = keywords.enum ?? [keywords.const];
    if (!values.every((value) => typeof value === 'string')) unsound(where, 'constants are texts');
    return;
  }
  switch (keywords.type) {
    case 'string':
    case 'boolean':
    case 'null':
      return;
    case 'integer':
      if (!Number.isSafeInteger(keywords.minimum) || !Number.isSafeInteger(keywords.maximum))
        unsound(where, 'a number needs bounds within the safe integers');
      return;
    case 'array':
      if (!keywords.items || Array.isArray(keywords.items)) unsound(where, 'an array has one kind of item');
      assertSound(`${where}[]`, keywords.items);
      return;
    case 'object':
      assertClosed(where, keywords);
      return;
    default:
      unsound(where, `${keywords.type ?? 'anything'} is too wide`);
  }
}

function assertClosed(where: string, { additionalProperties, patternProperties, properties }: Keywords): void {
  if (additionalProperties !== false || patternProperties !== undefined) unsound(where, 'an object must be closed');
  for (const [name, member] of Object.entries(properties ?? {})) {
    if (/^\d+$/.test(name) || name === '__proto__') unsound(where, `no member may be called ${name}`);
    assertSound(`${where}.${name}`, member);
  }
}

/** Whether the object can have something at the end of this path. */
export function memberAt(schema: Type.TSchema, [name, ...deeper]: readonly string[]): boolean {
  if (name === undefined) return true;
  const member = (schema as Keywords).properties?.[name];
  return member !== undefined && memberAt(member, deeper);
}

/** Whether the object always has a text under this name. */
export function requiredStringAt(schema: Type.TSchema, name: string): boolean {
  const { properties, required } = schema as Keywords;
  return required?.includes(name) === true && (properties?.[name] as Keywords | undefined)?.type === 'string';
}

function unsound(where: string, why: string): never {
  throw new Error(`unsound schema at ${where}: ${why}`);
}

/** The JSON Schema keywords that typebox writes for what is allowed here. */
interface Keywords extends Type.TSchema {
  readonly type?: string;
  readonly anyOf?: readonly Type.TSchema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: Type.TSchema;
  readonly additionalProperties?: unknown;
  readonly patternProperties?: unknown;
  readonly properties?: Readonly<Record<string, Type.TSchema>>;
  readonly required?: readonly string[];
}
