import { readFileSync } from 'node:fs';

/** Parley's version, of the package.json above the code, wherever that was compiled to. */
export function version(): string {
  for (let folder = new URL('.', import.meta.url); ; folder = new URL('..', folder)) {
    const text = textOf(new URL('package.json', folder));
    const manifest = text === undefined ? {} : (JSON.parse(text) as { name?: string; version?: string });
    if (manifest.name === 'parley' && manifest.version !== undefined) return manifest.version;
    if (folder.pathname === '/' || folder.href === new URL('..', folder).href) return 'unknown';
  }
}

function textOf(file: URL): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
