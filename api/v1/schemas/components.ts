import type { TSchema } from 'typebox';
import { inputSchemas, REFERENCE, type Schema } from '../../http/input-schema.js';
import type { DtoClass } from '../../http/validation.js';

/** The named schemas of the document: whatever is referred to is in it, and nothing else. */
export class Components {
  readonly #schemas = new Map<string, Schema>();

  /** What was named so far, by name. */
  get schemas(): Readonly<Record<string, Schema>> {
    return Object.fromEntries([...this.#schemas].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** A class that checks input. */
  input(Dto: DtoClass): Schema {
    for (const [name, schema] of inputSchemas(Dto)) this.#keep(name, schema);
    return { $ref: REFERENCE + Dto.name };
  }

  /** A schema of an answer; those in it that have names become references. */
  answer(schema: TSchema): Schema {
    return this.#referring(schema as Schema & { readonly $id?: string });
  }

  /** The same, its members themselves, as they are told one by one. */
  parameters(Dto: DtoClass): Schema {
    return inputSchemas(Dto).get(Dto.name) ?? {};
  }

  resolve(schema: Schema): Schema {
    return schema.$ref === undefined ? schema : (this.#schemas.get(schema.$ref.slice(REFERENCE.length)) ?? {});
  }

  #referring({ $id, ...schema }: Schema & { readonly $id?: string }): Schema {
    const whole = {
      ...schema,
      ...(schema.properties === undefined
        ? {}
        : { properties: mapped(schema.properties, (one) => this.#referring(one)) }),
      ...(schema.items === undefined ? {} : { items: this.#referring(schema.items) }),
      ...(schema.anyOf === undefined ? {} : { anyOf: schema.anyOf.map((one) => this.#referring(one)) }),
    };
    if ($id === undefined) return whole;
    this.#keep($id, whole);
    return { $ref: REFERENCE + $id };
  }

  /** @throws for two of one name: the document could tell only one of them */
  #keep(name: string, schema: Schema): void {
    const known = this.#schemas.get(name);
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(schema))
      throw new Error(`two schemas have the name ${name}`);
    this.#schemas.set(name, schema);
  }
}

const mapped = <Value, Other>(
  values: Readonly<Record<string, Value>>,
  by: (value: Value) => Other,
): Record<string, Other> => Object.fromEntries(Object.entries(values).map(([name, value]) => [name, by(value)]));
