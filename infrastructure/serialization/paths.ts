import type { Payload } from './schema.js';

/** What stands at the end of the path; undefined when something on the way isn't there. */
export function at(payload: Payload, members: readonly string[]): unknown {
  let value: unknown = payload;
  for (const member of members) {
    if (!isObject(value)) return undefined;
    value = value[member];
  }
  return value;
}

/** A copy that differs at the end of the path, which must be there; what is beside it is shared, the order kept. */
export function replaced(payload: Payload, members: readonly string[], value: unknown): Payload {
  const [member, ...deeper] = members;
  if (member === undefined) return payload;
  const inner = payload[member];
  return { ...payload, [member]: deeper.length === 0 || !isObject(inner) ? value : replaced(inner, deeper, value) };
}

export const isObject = (value: unknown): value is Payload =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
