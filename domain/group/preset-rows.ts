/** The columns of `presets.ts`, by the name that `GroupCreated.rules.preset` carries. */
export const presetNames = [
  'parley',
  'openim',
  'openim-v2',
  'sealtalk',
  'dtalk',
  'tencent-work',
  'tencent-public',
  'tencent-meeting',
  'tencent-avchatroom',
] as const;

export type PresetName = (typeof presetNames)[number];

/** One value of every preset. */
export type Row<Value> = Readonly<Record<PresetName, Value>>;

/** A row for each value that there is: one that is forgotten doesn't compile. */
export type Rows<Values> = { readonly [Name in keyof Values]: Row<Values[Name]> };

type Cells<Value> = readonly [Value, Value, Value, Value, Value, Value, Value, Value, Value];

/** A cell for each preset, in the order of the columns. */
export const row = <const Value>(...cells: Cells<Value>): Row<Value> => inEach((_, index) => cells[index] as Value);

/** In all presets alike. */
export const all = <const Value>(value: Value): Row<Value> => inEach(() => value);

export const inEach = <Value>(cellOf: (name: PresetName, index: number) => Value): Row<Value> =>
  Object.fromEntries(presetNames.map((name, index) => [name, cellOf(name, index)])) as Row<Value>;

/** What the rows say of one preset. */
export const columnOf = <Values extends object>(rows: Rows<Values>, name: PresetName): Values =>
  Object.fromEntries(Object.entries<Row<unknown>>(rows).map(([value, cells]) => [value, cells[name]])) as Values;
