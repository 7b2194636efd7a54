import type { Command } from 'commander';
import { DatabaseUnavailable } from '../application/ports/unavailable.js';
import { WrongWords } from '../application/ports/wrong-words.js';
import type { DryRun, ProjectionState, Tools, VerifiedProjection, Watched } from '../application/ports/tools.js';
import { whose } from './history.js';
import type { House, Using } from './house.js';
import { count, withProgress } from './progress.js';
import { table } from './table.js';
import { json, type Terminal } from './terminal.js';

interface Chosen {
  readonly all?: true;
  readonly json?: true;
  readonly dryRun?: true;
  readonly lostKeysAsTombstones?: true;
}

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
        const all = await tools.projectionStatus();
        for (const line of options.json ? [json({ projections: all })] : statusLines(all)) terminal.out(line);
        return all.every(({ state, parked }) => state !== 'stopped' && parked === 0);
      }),
    );
  projections
    .command('rebuild')
    .argument('[name...]', 'users, groups, group_members …')
    .option('--all', 'every projection')
    .option(
      '--lost-keys-as-tombstones',
      'where a data key is gone, go on and show as erased what it had encrypted, here and in every history, for good; recorded (`parley audit lost-keys`)',
    )
    .description(
      'fill the other of its two sets of tables (letters a and b) from history, catch up, switch; readers notice nothing',
    )
    .action((names: string[], options: Chosen) =>
      using(
        (tools) =>
          each(chosen(tools, names, options), house, (name) => rebuildProjection(tools, name, options, terminal, stop)),
        'Nothing was switched but what is said above: readers see what they saw before.',
      ),
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
  for (const change of CHANGES)
    projections
      .command(change.verb)
      .argument('[name...]', 'users, groups, group_members …')
      .option('--all', 'every projection')
      .option('--dry-run', 'only say what would be done, or why it is refused')
      .option('--json', 'a JSON object per projection, each on a line')
      .description(change.description)
      .action((names: string[], options: Chosen) =>
        using((tools) =>
          each(chosen(tools, names, options), house, async (name) => {
            const dryRun = options.dryRun === true;
            const told = await change.work(tools, name, { dryRun });
            terminal.out(
              options.json
                ? json({ name, change: change.verb, dryRun })
                : `${name}: ${dryRun ? 'would be: ' : ''}${told}`,
            );
            return true;
          }),
        ),
      );
}

/** What is done to one projection at a time, and what is said then. */
interface Change {
  readonly verb: string;
  readonly description: string;
  readonly work: (tools: Tools, name: string, options: DryRun) => Promise<string>;
}

const CHANGES: readonly Change[] = [
  {
    verb: 'pause',
    description: 'stop feeding it until `resume`: readers see what they saw, and nothing newer',
    work: async (tools, name, options) => {
      await tools.pause(name, options);
      return `paused; readers see nothing newer until \`projections resume ${name}\``;
    },
  },
  {
    verb: 'resume',
    description: 'feed it again, from where it stands',
    work: async (tools, name, options) => {
      await tools.resume(name, options);
      return 'fed again, from where it stands';
    },
  },
];

/** @throws WrongWords */
function chosen({ projections }: Tools, names: readonly string[], { all }: Chosen): readonly string[] {
  if (all && names.length > 0) throw new WrongWords('Either names or --all.');
  if (all) return projections;
  const there = projections.join(', ');
  if (names.length === 0) throw new WrongWords(`Which projection? There are: ${there}; or --all.`);
  const strange = names.find((name) => !projections.includes(name));
  if (strange !== undefined) throw new WrongWords(`There is no projection "${strange}". There are: ${there}.`);
  return names;
}

/** One after the other; goes on after a failure of one and tells whether all went well. */
async function each(
  names: readonly string[],
  { terminal, stop }: House,
  work: (name: string) => Promise<boolean>,
): Promise<boolean> {
  let well = true;
  for (const name of names) {
    try {
      well = (await work(name)) && well;
    } catch (error) {
      if (error instanceof DatabaseUnavailable || stop.aborted) throw error;
      terminal.err(`${name}: ${error instanceof Error ? error.message : String(error)}`);
      well = false;
    }
  }
  return well;
}

const watching = <T>(
  terminal: Terminal,
  what: string,
  signal: AbortSignal,
  work: (watched: Watched) => Promise<T>,
): Promise<T> =>
  withProgress(terminal, what, (say) =>
    work({
      signal,
      onProgress: ({ done, total, rate, phase }) => {
        const words = phase === 'catchingUp' ? 'catching up' : phase;
        say(done / Math.max(total, done, 1), `${count(done)} of ${count(total)} events, ${count(rate)}/s, ${words}`);
      },
    }),
  );

async function rebuildProjection(
  tools: Tools,
  name: string,
  { lostKeysAsTombstones }: Chosen,
  terminal: Terminal,
  stop: AbortSignal,
): Promise<boolean> {
  const { letter, events, milliseconds, givenUp } = await watching(terminal, name, stop, (watched) =>
    tools.rebuild(name, { ...watched, lostKeysAsTombstones: lostKeysAsTombstones === true }),
  );
  for (const key of givenUp)
    terminal.out(`${name}: ${whose(key)}, was given up: what it had encrypted reads as erased.`);
  const seconds = (milliseconds / 1000).toFixed(1);
  terminal.out(
    `${name}: ${count(events)} events read in ${seconds} s; readers now see its tables of letter ${letter}, which were filled just now.`,
  );
  return true;
}

const STATES = { live: 'live', catchingUp: 'catching up', stopped: 'STOPPED', paused: 'paused' } as const;

function statusLines(all: readonly ProjectionState[]): string[] {
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
    "Letter: which of a projection's two sets of tables, a or b, readers see; a rebuild fills the other and switches.",
  ];
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
