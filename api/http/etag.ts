/** An aggregate's ETag is its revision: strong, and the same on both engines and after a rebuild. */
export const etagOf = (revision: number): string => `"${revision.toString()}"`;

/** One strong ETag of ours, or any. */
export const IF_MATCH = /^(?:\*|"(\d{1,15})")$/;

/** The revision that `If-Match` asks for; undefined for none or `*`; 'malformed' when it is neither. */
export function revisionAsked(header: string | undefined): number | undefined | 'malformed' {
  if (header === undefined) return undefined;
  const match = IF_MATCH.exec(header.trim());
  if (match === null) return 'malformed';
  return match[1] === undefined ? undefined : Number(match[1]);
}
