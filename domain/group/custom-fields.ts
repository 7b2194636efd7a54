import type { CustomField } from './events.js';

/** Each that is set takes the place of the one with its key, those named are taken away, and all others stay as they are. */
export function mergedFields(
  present: readonly CustomField[],
  { set = [], remove = [] }: { readonly set?: readonly CustomField[]; readonly remove?: readonly string[] },
): CustomField[] {
  const named = new Map(set.map((field) => [field.key, field]));
  const removed = new Set(remove);
  const staying = present.filter(({ key }) => !removed.has(key));
  const keys = new Set(staying.map(({ key }) => key));
  return [
    ...staying.map((field) => named.get(field.key) ?? field),
    ...[...named.values()].filter(({ key }) => !keys.has(key)),
  ];
}
