// tsc emits only what it compiles; SQL files and golden files are read at run time beside the compiled code.
import { cpSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const out = process.argv[2] ?? 'dist';
const folders = ['domain', 'application', 'infrastructure', 'projections', 'api', 'cli', 'test'];
const assets = new Set(['.sql', '.json', '.mjs', '.proto']);

for (const folder of folders) {
  cpSync(join(root, folder), join(root, out, folder), {
    recursive: true,
    filter: (source) => extname(source) === '' || assets.has(extname(source)) || !source.includes('.'),
  });
}
