// `npm run test:soak [-- FILE…]`: the whole suite, or the files named, with its rare events made frequent. What is set already stays.
import { codeWhenStopped, run } from './children.mjs';

const rounds = {
  PARLEY_KILL_ROUNDS: '100',
  PARLEY_COMMAND_CUTS: '50',
  PARLEY_RACE_ROUNDS: '2000',
  PARLEY_COPY_KILLS: '40',
  PARLEY_COPY_RUNS: '100',
  PARLEY_PROJECTOR_RUNS: '100',
  PARLEY_PROJECTION_KILLS: '200',
  PARLEY_ENDED_ROUNDS: '2000',
  PARLEY_FROZEN_ROUNDS: '20',
  PARLEY_FAULT_SECONDS: '30,60',
  PARLEY_FULL_DISK_ROUNDS: '5',
  PARLEY_SINGLE_FAULTS: '3',
  PARLEY_DEMO_SERVERS: '1',
  PARLEY_TAMPER_ROUNDS: '1000',
  PARLEY_RPCS_AT_ONCE: '10000',
  PARLEY_PRIVACY_ENGINES: 'all',
  PARLEY_HOSTILE_ENGINES: 'all',
};
const given = process.argv.slice(2);
const specs = given.some((each) => each.endsWith('.spec.js')) ? [] : ['dist/test/**/*.spec.js'];
const code = await run('mocha', ['--timeout', '0', ...specs, ...given], {
  env: { ...rounds, ...process.env },
  stdio: 'inherit',
  shell: process.platform === 'win32',
});
process.exitCode = codeWhenStopped() ?? code;
