// `npm test [-- FILE… and what else mocha takes]`: mocha, and beside its last run the type-check, whose errors are told behind its
// summary. Of the whole suite most files run three at a time, then those that wait two at a time, then those whose answers have a
// time one by one: three summaries, on one PostgreSQL.
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants, setPriority } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { codeWhenStopped, run, start } from './children.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const require = createRequire(import.meta.url);
const SPECS = join('dist', 'test');
const spec = (name) => join(SPECS, `${name}.spec.js`);

/** They starve or freeze servers of their own, or listen for a time, and mostly wait: nothing that works hard runs beside them. */
const WAITING = [
  'e2e/single-faults.e2e',
  'e2e/full-disk.e2e',
  'int/esdb-double.int',
  'int/projections/frozen-leader.int',
].map(spec);

/** Their servers' answers have a time: nothing runs beside them but the type-check, with what they leave. */
const ALONE = ['unit/http/connections.unit', 'e2e/faults.e2e'].map(spec);

/** Begun first, so that none of them is what is waited for in the end. */
const LONG = [
  'e2e/kill.e2e',
  'int/embedded-postgres.int',
  'e2e/races.e2e',
  'e2e/hostile.e2e',
  'e2e/cli.e2e',
  'int/event-store-postgres.int',
  'e2e/backup-and-moving.e2e',
  'e2e/workers.e2e',
  'int/projections/rebuild.int',
].map(spec);

const atOnce = (jobs) => ['--parallel', '--jobs', jobs.toString()];

/** What mocha is told, run by run. */
function runs(given) {
  if (given.some((each) => each.endsWith('.spec.js'))) return [given];
  const others = readdirSync(join(root, SPECS), { recursive: true })
    .filter((name) => name.endsWith('.spec.js'))
    .map((name) => join(SPECS, name))
    .filter((path) => ![...WAITING, ...ALONE, ...LONG].includes(path))
    .sort();
  return [
    // One more than two cores: there is always one that waits for a process, a disk or a time.
    [...atOnce(3), ...LONG, ...others, ...given],
    [...atOnce(2), ...WAITING, ...given],
    [...ALONE, ...given],
  ];
}

async function startServer() {
  const { startRunServer } = await import(new URL('../dist/test/support/run-server.js', import.meta.url).href);
  return startRunServer();
}

const node = (program, words, stdio) => [process.execPath, [require.resolve(program), ...words], { cwd: root, stdio }];

async function tests(beforeTheLast) {
  let worst = 0;
  const all = runs(process.argv.slice(2));
  const server = process.env.PARLEY_TEST_DATABASE_URL === undefined ? await startServer() : undefined;
  if (server !== undefined) process.env.PARLEY_TEST_DATABASE_URL = server.url;
  try {
    for (const words of all) {
      if (codeWhenStopped() !== undefined) break;
      if (words === all.at(-1)) beforeTheLast();
      worst = Math.max(worst, await run(...node('mocha/bin/mocha.js', words, 'inherit')));
    }
  } finally {
    await server?.stop();
  }
  return worst;
}

async function typecheck() {
  const types = start(
    ...node('typescript/bin/tsc', ['-p', 'tsconfig.json', '--pretty'], ['ignore', 'pipe', 'inherit']),
  );
  // The tests are what one waits for.
  if (types.pid !== undefined) setPriority(types.pid, constants.priority.PRIORITY_LOW);
  let errors = '';
  types.stdout.setEncoding('utf8').on('data', (text) => (errors += text));
  const [code] = await once(types, 'close');
  return { code, errors };
}

let typesChecked;
const code = await tests(() => (typesChecked = typecheck()));
const types = await typesChecked;
if (types !== undefined && types.errors !== '') process.stdout.write(`${types.errors}\n`);
process.exitCode = codeWhenStopped() ?? (code === 0 && types?.code === 0 ? 0 : code || 1);
