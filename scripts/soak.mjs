// `npm run test:soak`: the same tests with more rounds of what is random.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { dirname, join } from 'node:path';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { status } = spawnSync(
  process.execPath,
  [
    join(root, 'node_modules', 'mocha', 'bin', 'mocha.js'),
    '--timeout',
    '0',
    '--reporter',
    'spec',
    ...process.argv.slice(2),
  ],
  { cwd: root, stdio: 'inherit', env: { PARLEY_KILL_ROUNDS: '100', ...process.env } },
);
process.exitCode = status ?? 1;
