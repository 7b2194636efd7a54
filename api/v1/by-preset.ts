import { groupPresets, type PresetName } from '../../domain/group/presets.js';
import type { RuleValues } from '../../domain/group/rules.js';
import type { Bound } from '../../domain/shared/text.js';

/** The limits that the groups' rules set, over all presets: what the document says of a value whose group isn't known yet. */

export const PRESETS = Object.keys(groupPresets) as PresetName[];

type Limits = RuleValues['limits'];

/** What it is in each preset. */
export const inPresets = <Value>(valueOf: (limits: Limits) => Value): ReadonlyMap<PresetName, Value> =>
  new Map(PRESETS.map((name) => [name, valueOf(groupPresets[name].rules.values.limits)]));

/** `1 to 100 characters in parley; 1 to 30 bytes in UTF-8 in tencent-work, tencent-public`: alike ones together. */
export function saidByPreset<Value>(values: ReadonlyMap<PresetName, Value>, say: (value: Value) => string): string {
  const alike = new Map<string, string[]>();
  for (const [name, value] of values) alike.set(say(value), [...(alike.get(say(value)) ?? []), name]);
  const [[only] = ['']] = alike;
  if (alike.size === 1) return only;
  return [...alike].map(([said, names]) => `${said} in ${names.join(', ')}`).join('; ');
}

export const saidBound = ({ min, max, unit }: Bound): string => {
  const count = `${max.toString()} ${unit}${unit === 'bytes' ? ' in UTF-8' : ''}`;
  return min === 0 ? `at most ${count}` : `${min.toString()} to ${count}`;
};
