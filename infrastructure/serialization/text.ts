/**
 * Whether JSON text made by `JSON.stringify` holds U+0000 (which PostgreSQL can't store) or a lone surrogate (which UTF-8
 * can't carry). `JSON.stringify` escapes both and little else, so most text is known good by one search.
 */
export function holdsUnstorable(jsonText: string): boolean {
  if (!jsonText.includes('\\u')) return false;
  for (const [, unit] of jsonText.matchAll(ESCAPE)) {
    if (unit !== undefined && (unit === '0000' || (unit >= 'd800' && unit <= 'dfff'))) return true;
  }
  return false;
}

/** Any escape, so that an escaped backslash before a `u` isn't taken for one. */
const ESCAPE = /\\(?:u([0-9a-f]{4})|.)/g;
