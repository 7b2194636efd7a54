import Type from 'typebox';

/** A member of the payload that holds personal data: once its subject is erased, null stands there. */
interface Personal {
  readonly members: readonly string[];
}

/**
 * What whoever folds an event relies on: that the members which must be there are, and of which kind each is. Bounds and
 * enumerations are left out, and other members are let pass, so that what was written under other limits stays readable.
 */
export function shapeOf(schema: Type.TSchema, personal: readonly Personal[] = []): Type.TSchema {
  if (personal.some(({ members }) => members.length === 0)) return Type.Any();
  const { anyOf, enum: values, const: value, type, items, properties = {}, required } = schema as Keywords;
  if (anyOf !== undefined) return Type.Union(anyOf.map((option) => shapeOf(option)));
  if (values !== undefined || value !== undefined) return Type.String();
  switch (type) {
    case 'string':
      return Type.String();
    case 'integer':
      return Type.Number();
    case 'boolean':
      return Type.Boolean();
    case 'null':
      return Type.Null();
    case 'array':
      return Type.Array(items === undefined ? Type.Any() : shapeOf(items));
    default:
      return Type.Object(
        Object.fromEntries(
          Object.entries(properties).map(([name, member]) => {
            const shape = shapeOf(member, below(personal, name));
            return [name, required?.includes(name) === true ? shape : Type.Optional(shape)];
          }),
        ),
      );
  }
}

const below = (personal: readonly Personal[], name: string): Personal[] =>
  personal.flatMap(({ members: [first, ...deeper] }) => (first === name ? [{ members: deeper }] : []));

/** The JSON Schema keywords that the events' schemas use. */
interface Keywords extends Type.TSchema {
  readonly type?: string;
  readonly anyOf?: readonly Type.TSchema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly items?: Type.TSchema;
  readonly properties?: Readonly<Record<string, Type.TSchema>>;
  readonly required?: readonly string[];
}
