// tsc emits only what it compiles; SQL files and golden files are read at run time beside the compiled code.
import { cpSync, existsSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const out = process.argv[2] ?? 'dist';
const folders = ['domain', 'application', 'infrastructure', 'projections', 'api', 'cli', 'test'];
const assets = new Set(['.sql', '.json', '.mjs', '.proto']);

// Where an image is made there are no tests.
for (const folder of folders.filter((each) => existsSync(join(root, each)))) {
  cpSync(join(root, folder), join(root, out, folder), {
    recursive: true,
    filter: (source) => extname(source) === '' || assets.has(extname(source)) || !source.includes('.'),
  });
}
