import type { Content } from '../events.js';
import { families, isFormat, isServers, neutralOf } from './families.js';
import type { KnownFormat } from './family.js';
import { fieldsOf, jsonOf, textAt } from './fields.js';
import type { Neutral } from './neutral.js';
import { previewOf } from './preview.js';

/**
 * How a message of one family is shown in another. What both know is said in the other's own words; what it has no words for
 * goes as its custom element, which carries the whole content and gives it back byte for byte.
 */

/** Of a content's type, in UTF-16 units: 64 characters. */
const LONGEST_TYPE = 128;

/** In a custom element's extension: its data is another family's content. */
export const CARRIES = 'parley.content.v1';

/** The content in the words of this family: itself, if it is this family's own. */
export function shownIn(format: KnownFormat, content: Content): Content {
  const original = restored(content);
  if (original.format === format) return original;
  const neutral = neutralOf(original);
  const shown = neutral && families[format].write(neutral);
  return shown ?? carried(format, original);
}

/** A content that came back in another family's custom element, as it was; any other is itself. */
export function restored(content: Content): Content {
  const neutral = neutralOf(content);
  if (neutral?.kind !== 'custom' || neutral.extension !== CARRIES) return content;
  const fields = fieldsOf(jsonOf(neutral.data));
  const format = textAt(fields, 'format');
  const type = textAt(fields, 'type');
  const body = textAt(fields, 'body');
  if (format === undefined || type === undefined || body === undefined || !isFormat(format)) return content;
  // Anybody can write such an element: what couldn't have been sent isn't brought back either.
  const own = { format, type, body };
  return jsonOf(body) === undefined || type.length > LONGEST_TYPE || isServers(own) ? content : own;
}

function carried(format: KnownFormat, { format: own, type, body }: Content): Content {
  const carrying: Neutral = {
    kind: 'custom',
    data: JSON.stringify({ format: own, type, body }),
    description: previewOf({ format: own, type, body }),
    extension: CARRIES,
  };
  const custom = families[format].write(carrying);
  if (custom === undefined) throw new Error(`${format} has no custom element`);
  return custom;
}
