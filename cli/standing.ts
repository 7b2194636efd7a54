import type { Pace, ProcessState, ProjectionEntry } from '../application/ports/follower-tools.js';
import type { OtherVersion, ProjectionState, StandbyTables } from '../application/ports/tools.js';
import { count, eventsOf } from './progress.js';
import { purposes } from './purposes.js';
import { table, tableWithin } from './table.js';

const STATES = { live: 'live', catchingUp: 'catching up', stopped: 'STOPPED', paused: 'paused' } as const;

export const isWell = ({ state, parked }: Pick<ProjectionState | ProcessState, 'state' | 'parked'>): boolean =>
  state !== 'stopped' && parked === 0;

const events = ({ lagEvents, lagEventsAtLeast }: Pace): string => `${count(lagEvents)}${lagEventsAtLeast ? '+' : ''}`;

const [SECOND, MINUTE, HOUR, DAY] = [1_000, 60_000, 3_600_000, 86_400_000] as const;

/** In words that tell something: `0.3 s`, `4 min 5 s`, `332 d 22 h`. */
export function duration(ms: number): string {
  if (ms === 0) return '0 s';
  if (ms < MINUTE) return `${(ms / SECOND).toFixed(1)} s`;
  if (ms < HOUR) return inTwo(ms, [MINUTE, 'min'], [SECOND, 's']);
  if (ms < DAY) return inTwo(ms, [HOUR, 'h'], [MINUTE, 'min']);
  return inTwo(ms, [DAY, 'd'], [HOUR, 'h']);
}

function inTwo(ms: number, [large, named]: [number, string], [small, below]: [number, string]): string {
  const rest = Math.floor((ms % large) / small);
  return `${count(Math.floor(ms / large))} ${named}${rest === 0 ? '' : ` ${rest.toString()} ${below}`}`;
}

function leaderOf({ leader }: Pace): string {
  if (leader === null) return 'NOBODY';
  return leader.pid === 0 ? '?' : `${leader.host}/${leader.pid.toString()}`;
}

/** Lag, rate, what is set aside and who leads: the same of both. */
const PACE = ['state', 'lag, events', 'lag', 'events/s', 'parked', 'leader'];
const paceCells = (each: ProjectionState | ProcessState): string[] => [
  STATES[each.state],
  events(each),
  duration(each.lagMs),
  count(each.rate),
  count(each.parked),
  leaderOf(each),
];

/** Where there is no room for them, these go first. */
const SPARE = ['position', 'version', 'letter', 'leader'];

/** @param columns of the screen; absent: as many as it takes */
export function projectionTable(
  all: readonly ProjectionState[],
  standbys: readonly StandbyTables[],
  columns = Infinity,
): string[] {
  const rows = all.map((each) => [
    each.name,
    `v${each.version.toString()}`,
    each.letter ?? '-',
    ...paceCells(each),
    each.position ?? '-',
  ]);
  return [
    ...tableWithin(columns, ['projection', 'version', 'letter', ...PACE, 'position'], rows, SPARE),
    ...all.flatMap(({ name, reason }) => (reason === undefined ? [] : [`${name}: ${reason}`])),
    ...parkedLines(all),
    ...standbys.map(standbyLine),
  ];
}

function standbyLine({ name, letter, state, since, percent, holder }: StandbyTables): string {
  const tables = `its tables of letter ${letter}`;
  const at = `${percent.toString()} % of the log`;
  const from = since.toISOString();
  if (holder !== undefined)
    return `${name}: ${tables} are at ${at}; ${holder.doing} by ${holder.who} since ${holder.since.toISOString()}`;
  if (state === 'held')
    return `${name}: ${tables} are held since ${from}, at ${at}: \`promote\` shows them, \`drop\` drops them`;
  if (state === 'former')
    return `${name}: ${tables} were shown until ${from}, at ${at}: \`rollback\` shows them again, \`drop\` drops them`;
  return `${name}: a rebuild into ${tables} was broken off at ${at}: the same \`rebuild\` goes on, \`drop\` drops them`;
}

export const processTable = (all: readonly ProcessState[], columns = Infinity): string[] => [
  ...tableWithin(
    columns,
    ['process', ...PACE, 'position'],
    all.map((each) => [each.name, ...paceCells(each), each.position ?? '-']),
    SPARE.filter((name) => name === 'position' || name === 'leader'),
  ),
  ...parkedLines(all),
];

const parkedLines = (all: readonly { readonly name: string; readonly parked: number }[]): string[] =>
  all.flatMap(({ name, parked }) =>
    parked === 0 ? [] : [`${name}: ${eventsOf(parked)} set aside (\`parley parked list ${name}\`)`],
  );

/** All of them in one line, for whoever keeps what was said. */
export function summary(all: readonly (ProjectionState | ProcessState)[], now: Date): string {
  const worst = all.reduce<ProjectionState | ProcessState | undefined>(
    (most, each) => (most === undefined || each.lagMs > most.lagMs ? each : most),
    undefined,
  );
  const behind =
    worst === undefined || worst.lagMs === 0
      ? 'all level'
      : `at most ${events(worst)} events, ${duration(worst.lagMs)} behind (${worst.name})`;
  const parked = all.reduce((sum, each) => sum + each.parked, 0);
  const stopped = all.filter(({ state }) => state === 'stopped').map(({ name }) => name);
  const rate = all.reduce((most, each) => Math.max(most, each.rate), 0);
  const leaders = [...new Set(all.map(leaderOf))].join(', ');
  return (
    `${now.toISOString()}  ${behind}; ${count(rate)} events/s; ${count(parked)} parked; ` +
    `${stopped.length === 0 ? 'none stopped' : `STOPPED: ${stopped.join(', ')}`}; led by ${leaders}`
  );
}

export function listLines(all: readonly ProjectionEntry[], others: readonly OtherVersion[]): string[] {
  const rows = all.map(({ name, version, letter, rows, rowsExact, bytes }) => [
    name,
    `v${version.toString()}`,
    letter ?? '-',
    rows === null ? 'MISSING' : `${rowsExact ? '' : '~'}${count(rows)}`,
    size(bytes),
    purposes[name] ?? '',
  ]);
  const left = others.map(({ name, version, bytes }) => [
    name,
    `v${version.toString()}`,
    '-',
    '-',
    size(bytes),
    `of another release; \`drop ${name} --other-versions\` when nobody goes back to it`,
  ]);
  rows.push(...left);
  return table(['projection', 'version', 'letter', 'rows', 'size', 'for'], rows);
}

const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];

function size(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10));
  const digits = power === 0 ? 0 : 1;
  return `${(bytes / 1024 ** power).toFixed(digits)} ${UNITS[power] ?? ''}`;
}
