import type { Command } from 'commander';
import type { ProjectionState, StandbyTables, VerifiedProjection } from '../application/ports/tools.js';
import { chosen, each, watching, type Chosen } from './chosen.js';
import type { House, Using } from './house.js';
import { count } from './progress.js';
import { tableCommands } from './projection-tables.js';
import { table } from './table.js';
import { json } from './terminal.js';

/** `parley projections …`: what queries read. */
export function projectionCommands(program: Command, using: Using, house: House): void {
  const { terminal, stop } = house;
  const projections = program.command('projections').description('what queries read, built from events');
  projections
    .command('status')
    .option('--json', 'as one JSON document')
    .description('where each projection stands; exit code 1 when one stands still or has set events aside')
    .action((options: Chosen) =>
      using(async (tools) => {
        const [all, standbys] = await Promise.all([tools.projectionStatus(), tools.standbys()]);
        const withTheirs = all.map((each) => ({
          ...each,
          standby: standbys.find(({ name }) => name === each.name) ?? null,
        }));
        const lines = options.json ? [json({ projections: withTheirs })] : statusLines(all, standbys);
        for (const line of lines) terminal.out(line);
        return all.every(({ state, parked }) => state !== 'stopped' && parked === 0);
      }),
    );
  projections
    .command('verify')
    .argument('[name...]', 'users, groups, group_members …')
    .option('--all', 'every projection')
    .option('--json', 'a JSON object per projection, each on a line')
    .description('compare the live rows with a fresh replay')
    .action((names: string[], options: Chosen) =>
      using((tools) =>
        each(chosen(tools, names, options), house, async (name) => {
          const verified = await watching(terminal, name, stop, (watched) => tools.verify(name, watched));
          for (const line of options.json ? [json(verified)] : verifiedLines(verified)) terminal.out(line);
          return verified.same;
        }),
      ),
    );
  tableCommands(projections, using, house);
}

const STATES = { live: 'live', catchingUp: 'catching up', stopped: 'STOPPED', paused: 'paused' } as const;

function statusLines(all: readonly ProjectionState[], standbys: readonly StandbyTables[]): string[] {
  const rows = all.map(({ name, version, letter, state, lagMs, position, parked }) => [
    name,
    `v${version.toString()}`,
    letter ?? '-',
    STATES[state],
    lagMs === 0 ? '0 s' : `${(lagMs / 1000).toFixed(1)} s`,
    parked.toString(),
    position ?? '-',
  ]);
  return [
    ...table(['projection', 'version', 'letter', 'state', 'lag', 'parked', 'position'], rows),
    ...all.flatMap(({ name, reason }) => (reason === undefined ? [] : [`${name}: ${reason}`])),
    ...all.flatMap(({ name, parked }) =>
      parked === 0 ? [] : [`${name}: ${parked.toString()} events are set aside (parked)`],
    ),
    ...standbys.map(standbyLine),
    "Letter: which of a projection's two sets of tables, a or b, readers see; a rebuild fills the other and switches.",
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

function verifiedLines({ name, events, differences, halted, parked }: VerifiedProjection): string[] {
  const stopped = halted === undefined ? '' : ', but STOPPED there';
  return [
    ...differences.flatMap(({ table, onlyLive, onlyReplayed }) => [
      ...onlyLive.map((row) => `${table}: only live      ${row}`),
      ...onlyReplayed.map((row) => `${table}: only replayed  ${row}`),
    ]),
    `${name}: ${differences.length === 0 ? 'the same as' : 'DIFFERENT FROM'} a replay of ${count(events)} events${stopped}.`,
    ...(halted === undefined ? [] : [`${name}: ${halted}`]),
    ...(parked === 0 ? [] : [`${name}: ${parked.toString()} events are PARKED, and in neither`]),
  ];
}
