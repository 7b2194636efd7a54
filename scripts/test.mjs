// `npm test [-- FILE… and what else mocha takes]`: mocha, and beside it the type-check, whose errors are told behind its summary.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { constants, setPriority } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const require = createRequire(import.meta.url);

function run(program, words, stdio) {
  return spawn(process.execPath, [require.resolve(program), ...words], { cwd: root, stdio });
}

const given = process.argv.slice(2);
const specs = given.some((each) => each.endsWith('.spec.js')) ? [] : ['dist/test/**/*.spec.js'];
const mocha = run('mocha/bin/mocha.js', [...specs, ...given], 'inherit');
const types = run('typescript/bin/tsc', ['-p', 'tsconfig.json', '--pretty'], ['ignore', 'pipe', 'inherit']);
// The tests are what one waits for.
if (types.pid !== undefined) setPriority(types.pid, constants.priority.PRIORITY_BELOW_NORMAL);
let errors = '';
types.stdout.setEncoding('utf8').on('data', (text) => (errors += text));

const [[tests], [typesCode]] = await Promise.all([once(mocha, 'exit'), once(types, 'close')]);
if (errors !== '') process.stdout.write(`${errors}\n`);
process.exitCode = tests === 0 && typesCode === 0 ? 0 : tests || 1;
