// `npm run build [-- FOLDER] [-- --program]`: compiles with swc what has changed since the last time, copies what is read at run
// time beside the code, and removes what came of sources that are gone; with `--program` without the tests and the bench, which
// a start doesn't wait for. Then what is started is bundled. Types are looked at by `npm run typecheck`, in lint and in test.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, extname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle, PROGRAM as BUNDLE } from './bundle.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const words = process.argv.slice(2);
const out = resolve(root, words.find((word) => !word.startsWith('--')) ?? 'dist');

/** What each output was made of, beside the outputs. */
const RECORD = '.sources.json';

/** What the bundle was made of. */
const BUNDLED = join(BUNDLE, '.made-of');

const PROGRAM = ['domain', 'application', 'infrastructure', 'projections', 'api', 'cli'];
const FOLDERS = words.includes('--program') ? PROGRAM : [...PROGRAM, 'test', 'bench'];
/** What lies elsewhere stays as it is. */
const isProgram = (path) => !path.includes(sep) || PROGRAM.includes(path.split(sep)[0]);
const isOurs = (path) => !path.includes(sep) || FOLDERS.includes(path.split(sep)[0]);

/** What is read at run time; bench/package.json would say anew what a .js file is. */
const ASSETS = new Set(['.sql', '.json', '.mjs', '.proto']);
const isAsset = (path) => ASSETS.has(extname(path)) && !path.startsWith(`bench${sep}`);
const isCode = (path) => path.endsWith('.ts') && !path.endsWith('.d.ts');

/**
 * What tsconfig.json says, in swc's words. swc sees one file at a time: in the metadata of a decorated member an imported
 * type is `Object`, so a column or a nested class says its own.
 */
const OPTIONS = {
  configFile: false,
  swcrc: false,
  sourceMaps: true,
  module: { type: 'es6' },
  jsc: {
    target: 'es2022',
    parser: { syntax: 'typescript', decorators: true },
    transform: {
      legacyDecorator: true,
      decoratorMetadata: true,
      useDefineForClassFields: false,
      verbatimModuleSyntax: true,
    },
  },
};

/** The files below a folder, by their path in it. */
async function filesIn(folder) {
  const entries = await readdir(folder, { withFileTypes: true });
  const inside = entries.map(async (entry) => {
    if (!entry.isDirectory()) return [entry.name];
    if (entry.name === 'node_modules') return [];
    return (await filesIn(join(folder, entry.name))).map((each) => join(entry.name, each));
  });
  return (await Promise.all(inside)).flat();
}

/** The repository's sources, by their path in it. Where an image is made there are no tests. */
async function sources() {
  const folders = FOLDERS.filter((folder) => existsSync(join(root, folder)));
  const inside = await Promise.all(
    folders.map(async (folder) => (await filesIn(join(root, folder))).map((each) => join(folder, each))),
  );
  return ['main.ts', ...inside.flat()].filter((path) => isCode(path) || isAsset(path));
}

/** The record of the last build, if this program with these options made it. */
function recorded(made) {
  try {
    const record = JSON.parse(readFileSync(join(out, RECORD), 'utf8'));
    return record.made === made ? record.sources : {};
  } catch {
    // The first build, or one that was broken off.
    return {};
  }
}

/** Whole or not at all, for a build at the same time and for a program that starts meanwhile. */
async function put(path, content) {
  const temporary = `${path}.${process.pid}.tmp`;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(temporary, content);
  await rename(temporary, path);
}

/** Loaded when there is something to do: where an installation has no dev dependencies any more there isn't. */
let swc;
const transform = async (text, options) => (await (swc ??= import('@swc/core'))).transform(text, options);

async function compile(path, text) {
  const to = join(out, path.replace(/\.ts$/, '.js'));
  const name = relative(dirname(to), join(root, path)).split(sep).join('/');
  const { code, map } = await transform(text, { ...OPTIONS, filename: join(root, path), sourceFileName: name });
  await put(`${to}.map`, map);
  await put(to, `${code}//# sourceMappingURL=${to.split(sep).at(-1)}.map\n`);
}

const outputsOf = (path) => (isCode(path) ? [path.replace(/\.ts$/, '.js'), path.replace(/\.ts$/, '.js.map')] : [path]);

async function build() {
  const digest = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest('hex');
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const made = digest(devDependencies['@swc/core'], readFileSync(fileURLToPath(import.meta.url)));
  const bundleScript = readFileSync(new URL('./bundle.mjs', import.meta.url));
  const before = recorded(made);
  const present = new Set(existsSync(out) ? await filesIn(out) : []);
  const now = Object.fromEntries(Object.entries(before).filter(([path]) => !isOurs(path)));
  const wanted = new Set([RECORD]);
  const failures = [];
  await Promise.all(
    (await sources()).map(async (path) => {
      const content = await readFile(join(root, path));
      const fingerprint = digest(content);
      const outputs = outputsOf(path);
      for (const each of outputs) wanted.add(each);
      if (before[path] !== fingerprint || !outputs.every((each) => present.has(each))) {
        try {
          await (isCode(path) ? compile(path, content.toString()) : put(join(out, path), content));
        } catch (error) {
          failures.push(`${path}\n${error.message}`);
          return;
        }
      }
      now[path] = fingerprint;
    }),
  );
  const stale = [...present].filter((path) => isOurs(path) && !wanted.has(path) && !path.endsWith('.tmp'));
  await Promise.all(stale.map((path) => rm(join(out, path), { force: true })));
  if (JSON.stringify(before) !== JSON.stringify(now))
    await put(join(out, RECORD), JSON.stringify({ made, sources: now }));
  if (failures.length === 0) {
    const program = Object.entries(now).filter(([path]) => isProgram(path) && isCode(path));
    const packages = readFileSync(join(root, 'package-lock.json'));
    await bundled(digest(made, bundleScript, packages, JSON.stringify(program.sort())), present);
  }
  return failures;
}

/** @param madeOf what all that goes into the bundle comes to; with the same the last one is good */
async function bundled(madeOf, present) {
  const isThere = await readFile(join(out, BUNDLED), 'utf8').catch(() => undefined);
  if (isThere === madeOf) return;
  const files = await bundle(out);
  for (const { path, contents } of files) await put(join(out, path), contents);
  await put(join(out, BUNDLED), madeOf);
  const wanted = new Set([BUNDLED, ...files.map(({ path }) => path)]);
  const stale = [...present].filter(
    (path) => path.startsWith(`${BUNDLE}${sep}`) && !wanted.has(path) && !path.endsWith('.tmp'),
  );
  await Promise.all(stale.map((path) => rm(join(out, path), { force: true })));
}

const failures = await build();
if (failures.length > 0) {
  console.error(failures.join('\n'));
  process.exitCode = 1;
}
