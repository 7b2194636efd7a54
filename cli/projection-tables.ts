import type { Command } from 'commander';
import type { DryRun, Intended, Rebuilt, StandbyTables, Tools, Watched } from '../application/ports/tools.js';
import { DatabaseUnavailable } from '../application/ports/unavailable.js';
import { chosen, each, sayFailed, watching, type Chosen } from './chosen.js';
import { codes } from './codes.js';
import { whose } from './history.js';
import type { House, Using } from './house.js';
import { eventsOf } from './progress.js';
import { json } from './terminal.js';

interface RebuildChosen extends Chosen {
  readonly hold?: true;
  readonly afresh?: true;
  readonly lostKeysAsTombstones?: true;
}

interface DropChosen extends Chosen {
  readonly otherVersions?: true;
}

/** What is done with the two sets of tables of a projection, and with its feeding. */
export function tableCommands(projections: Command, using: Using, house: House): void {
  changing(projections, 'rebuild')
    .option('--hold', 'fill and catch up, and leave it to `promote` to show them')
    .option('--afresh', 'begin from nothing, though a rebuild was broken off that could go on')
    .option(
      '--lost-keys-as-tombstones',
      'where a data key is gone, go on and show as erased what it had encrypted, here and in every history, for good; recorded (`parley audit lost-keys`)',
    )
    .description(
      'fill the other of its two sets of tables (letters a and b) from history, catch up, switch; readers notice nothing. Several share one read of the log. One that was killed goes on where it was. The former tables stay for `rollback`',
    )
    .addHelpText('after', REBUILD_HELP)
    .action((names: string[], options: RebuildChosen) =>
      using(
        (tools) => rebuild(tools, chosen(tools, names, options), options, house),
        'Nothing was switched but what is said above: readers see what they saw before. The same command goes on where it was.',
      ),
    );
  for (const change of CHANGES) {
    const command = changing(projections, change.verb);
    if (change.verb === 'drop')
      command.option('--other-versions', 'instead: the tables that releases before this one, or after it, have left');
    command
      .description(change.description)
      .addHelpText('after', codes('done', 'it was refused, or failed, for one of them at least'))
      .action((names: string[], options: DropChosen) =>
        using((tools) => {
          const { terminal, stop } = house;
          const asked = factsOf(change.verb, options);
          const { dryRun } = asked;
          return each(chosen(tools, names, options), house, options.json && asked, async (name) => {
            const { words, ...facts } = options.otherVersions
              ? await dropOtherVersions(tools, name, { dryRun })
              : await watching(terminal, name, stop, (watched) => change.work(tools, name, { ...watched, dryRun }));
            const said = { name, ...asked, ...facts };
            terminal.out(options.json ? json(said) : `${name}: ${dryRun ? 'would be done: ' : ''}${words}`);
            return true;
          });
        }),
      );
  }
}

async function dropOtherVersions(tools: Tools, name: string, options: DryRun): Promise<Done> {
  const others = await tools.dropOtherVersions(name, options);
  const versions = others.map(({ version }) => version);
  return { versions, words: `its tables of version ${versions.join(' and ')} dropped` };
}

/** What is said for programs of each projection, whatever came of it. */
const factsOf = (change: string, { dryRun }: Chosen): { readonly change: string; readonly dryRun: boolean } => ({
  change,
  dryRun: dryRun === true,
});

const REBUILD_HELP = `${codes('all were filled', 'it was refused, or failed, for one of them at least; the others went on')}

Examples:
  $ parley projections rebuild users                 anew from history, and shown when level
  $ parley projections rebuild users groups --hold   filled side by side; \`promote\` shows them
  $ parley projections rebuild --all --dry-run       only what would be done`;

const changing = (projections: Command, verb: string): Command =>
  projections
    .command(verb)
    .argument('[name...]', 'users, groups, group_members …')
    .option('--all', 'every projection')
    .option('--dry-run', 'only say what would be done, or why it is refused')
    .option('--json', 'a JSON object per projection, each on a line');

interface Done {
  readonly words: string;
  readonly letter?: string;
  readonly events?: number;
  readonly milliseconds?: number;
  readonly drops?: string;
  readonly versions?: readonly number[];
}

/** What is done to one projection at a time, and what is said then. */
interface Change {
  readonly verb: string;
  readonly description: string;
  readonly work: (tools: Tools, name: string, options: DryRun & Watched) => Promise<Done>;
}

const CHANGES: readonly Change[] = [
  {
    verb: 'promote',
    description:
      'show what `rebuild --hold` has filled, once it has what came since; the former tables stay for `rollback`',
    work: (tools, name, options) => shown(tools, name, 'promote', options),
  },
  {
    verb: 'rollback',
    description: 'show the tables again that were shown before, once they have what came since',
    work: (tools, name, options) => shown(tools, name, 'rollback', options),
  },
  {
    verb: 'drop',
    description: 'drop the tables that readers do not see: the former, those held, or those half filled',
    work: async (tools, name, { dryRun, ...watched }) => {
      const { letter, drops } = await tools.intend(name, 'drop');
      if (dryRun !== true) await tools.drop(name, watched);
      return { letter, words: `its tables of letter ${letter} (${whatFor(drops)}) dropped`, ...(drops && { drops }) };
    },
  },
  {
    verb: 'pause',
    description: 'stop feeding it until `resume`: readers see what they saw, and nothing newer',
    work: async (tools, name, options) => {
      await tools.pause(name, options);
      return { words: `paused; readers see nothing newer until \`projections resume ${name}\`` };
    },
  },
  {
    verb: 'resume',
    description: 'feed it again, from where it stands',
    work: async (tools, name, options) => {
      await tools.resume(name, options);
      return { words: 'fed again, from where it stands' };
    },
  },
];

async function shown(
  tools: Tools,
  name: string,
  verb: 'promote' | 'rollback',
  { dryRun, ...watched }: DryRun & Watched,
): Promise<Done> {
  if (dryRun === true) {
    const { letter } = await tools.intend(name, verb);
    return { letter, words: `readers see its tables of letter ${letter}` };
  }
  const { letter, events, milliseconds } = await tools[verb](name, watched);
  const words = `readers now see its tables of letter ${letter}; those of before stay until \`drop ${name}\``;
  return { letter, events, milliseconds, words };
}

const whatFor = (state: StandbyTables['state'] | undefined): string =>
  state === undefined
    ? 'unknown'
    : { former: 'shown before', held: 'held for a promotion', filling: 'half filled' }[state];

/** Goes on after a failure of one and tells whether all went well. */
async function rebuild(tools: Tools, names: readonly string[], options: RebuildChosen, house: House): Promise<boolean> {
  const { terminal, stop } = house;
  const { hold = false, afresh = false, lostKeysAsTombstones = false } = options;
  const asked = factsOf('rebuild', options);
  if (options.dryRun) {
    return each(names, house, options.json && asked, async (name) => {
      const intended = await tools.intend(name, 'rebuild', afresh);
      const facts = { name, ...asked, hold, ...intended };
      terminal.out(options.json ? json(facts) : `${name}: ${intendedWords(intended, hold)}`);
      return true;
    });
  }
  let well = true;
  const what = names.length > 3 ? `${names.length.toString()} projections` : names.join(', ');
  const { givenUp } = await watching(terminal, what, stop, (watched, beside) =>
    tools.rebuild(names, {
      ...watched,
      hold,
      afresh,
      lostKeysAsTombstones,
      onGoingOn: (name, percent) => {
        beside.err(`${name}: goes on from ${percent.toString()} %`);
      },
      onOutcome: (outcome) => {
        const { name } = outcome;
        if ('result' in outcome) {
          const facts = { name, ...asked, ...outcome.result };
          beside.out(options.json ? json(facts) : `${name}: ${rebuiltWords(outcome.result)}`);
          return;
        }
        const { error } = outcome;
        if (error instanceof DatabaseUnavailable) throw error;
        well = false;
        sayFailed(beside, name, error, options.json && asked);
      },
    }),
  );
  const say = options.json ? terminal.err : terminal.out;
  for (const key of givenUp) say(`${what}: ${whose(key)}, was given up: what it had encrypted reads as erased.`);
  return well;
}

function intendedWords({ letter, drops, goesOnFrom }: Intended, hold: boolean): string {
  const first = drops === undefined ? '' : `, whose tables (${whatFor(drops)}) are dropped first`;
  const how =
    goesOnFrom === undefined
      ? `letter ${letter} would be filled from history${first}`
      : `letter ${letter} would be filled on from ${goesOnFrom.toString()} %`;
  return `${how}, and ${hold ? 'held for `promote`' : 'shown'}`;
}

function rebuiltWords({ letter, shown: isShown, events, milliseconds, wentOnFrom }: Rebuilt): string {
  const seconds = (milliseconds / 1000).toFixed(1);
  const from = wentOnFrom === undefined ? '' : ` (it went on from ${wentOnFrom.toString()} %)`;
  return (
    `${eventsOf(events)} read in ${seconds} s${from}; ` +
    (isShown
      ? `readers now see its tables of letter ${letter}, which were filled just now.`
      : `its tables of letter ${letter} are held: \`promote\` shows them.`)
  );
}
