/** An aggregate's ETag is its revision: strong, and the same on both engines and after a rebuild. */
export const etagOf = (revision: number): string => `"${revision.toString()}"`;

/** The revision that `If-Match` asks for; undefined for none or `*`; 'malformed' when it is neither. */
export function revisionAsked(header: string | undefined): number | undefined | 'malformed' {
  if (header === undefined || header.trim() === '*') return undefined;
  const match = /^"(\d{1,15})"$/.exec(header.trim());
  return match ? Number(match[1]) : 'malformed';
}
