import type { Schema } from '../../http/input-schema.js';
import type { Components } from './components.js';

/** An example of what a schema describes, made of those that it and its members give. */
export function sampleOf(schema: Schema, components: Components): unknown {
  const whole = components.resolve(schema);
  const [given] = whole.examples ?? [];
  if (given !== undefined) return given;
  if (whole.enum !== undefined) return whole.enum[0];
  const [first] = whole.anyOf ?? [];
  if (first !== undefined) return sampleOf(first, components);
  switch ([whole.type].flat()[0]) {
    case 'object':
      return Object.fromEntries(
        Object.entries(whole.properties ?? {}).map(([name, member]) => [name, sampleOf(member, components)]),
      );
    case 'array':
      return [sampleOf(whole.items ?? {}, components)];
    case 'boolean':
      return true;
    case 'integer':
      return Math.max(whole.minimum ?? 1, 1);
    default:
      return whole.format === 'date-time' ? '2026-03-01T12:00:00.000Z' : 'text';
  }
}
