/** A file's name where only its address is known. */
export function lastPartOf(url: string): string {
  const path = url.split(/[?#]/, 1)[0] ?? '';
  return path.slice(path.lastIndexOf('/') + 1) || 'file';
}
