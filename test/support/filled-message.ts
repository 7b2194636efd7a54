import type { MessageTypeDefinition, PackageDefinition } from '@grpc/proto-loader';

/** A message type as its descriptor tells of it. */
interface Described {
  readonly field: readonly {
    readonly name: string;
    readonly number: number;
    readonly label: string;
    readonly type: string;
    readonly typeName: string;
  }[];
}

export type Message = MessageTypeDefinition<object, object>;

export const isMessage = (one: PackageDefinition[string]): one is Message =>
  'format' in one && one.format === 'Protocol Buffer 3 DescriptorProto';

const described = (message: Message): Described => message.type as Described;

/** Its fields' numbers, by their names. */
export const numbersOf = (message: Message): Record<string, number> =>
  Object.fromEntries(described(message).field.map(({ name, number }) => [name, number]));

/** A value for every field at every depth, each another; two where a field is repeated. */
export function filled(all: PackageDefinition, message: Message, salt = 1): Record<string, unknown> {
  const value = (field: Described['field'][number], seed: number): unknown => {
    if (field.type === 'TYPE_STRING') return `${field.name} ${String(seed)} ä`;
    if (field.type !== 'TYPE_MESSAGE') {
      const number = field.number * 1_000 + seed;
      return field.type === 'TYPE_INT64' ? String(number * 4_294_967_296) : number;
    }
    const named = Object.entries(all).find(([name]) => name === field.typeName || name.endsWith(`.${field.typeName}`));
    if (named === undefined || !isMessage(named[1])) throw new Error(`no message ${field.typeName}`);
    return filled(all, named[1], seed + 1);
  };
  return Object.fromEntries(
    described(message).field.map((field) => [
      field.name,
      field.label === 'LABEL_REPEATED' ? [value(field, salt), value(field, salt + 1)] : value(field, salt),
    ]),
  );
}
