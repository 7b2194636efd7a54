import { SingleBar, Presets } from 'cli-progress';
import { Command, InvalidArgumentError } from 'commander';
import { said } from './history-lines.js';
import { storeCommands, systemCommands } from './store.js';
import type { Terminal } from './terminal.js';
import type { OpenTools, StoreTools, Tools } from './tools.js';

/** The `parley` command. Exit codes: 0 done, 1 it failed or what was checked doesn't hold, 2 wrong words. */
export function parleyCommand(open: OpenTools, openStores: () => Promise<StoreTools>, terminal: Terminal): Command {
  const program = new Command('parley')
    .description('Tools of a Parley server. They find it by DATABASE_URL, or by DATA_DIR (./data).')
    .configureOutput({
      writeErr: (text) => {
        terminal.err(text.trimEnd());
      },
      writeOut: (text) => {
        terminal.out(text.trimEnd());
      },
    });

  const using = async (work: (tools: Tools) => Promise<boolean>): Promise<void> => {
    const tools = await open();
    try {
      if (!(await work(tools))) process.exitCode = 1;
    } finally {
      await tools.close();
    }
  };

  const projections = program.command('projections').description('what queries read, built from events');
  projections
    .command('status')
    .description('where each projection stands; exit code 1 when one stands still or has set events aside')
    .action(() => using((tools) => projectionStatus(tools, terminal)));
  projections
    .command('rebuild')
    .argument('[name...]', 'users, groups, group_members …')
    .option('--all', 'every projection')
    .description('fill the other letter from history, catch up, switch; readers notice nothing')
    .action((names: string[], options: { all?: true }) =>
      using((tools) =>
        each(chosen(tools, names, options, terminal), (name) => rebuildProjection(tools, name, terminal)),
      ),
    );
  projections
    .command('verify')
    .argument('[name...]', 'users, groups, group_members …')
    .option('--all', 'every projection')
    .description('compare the live rows with a fresh replay')
    .action((names: string[], options: { all?: true }) =>
      using((tools) =>
        each(chosen(tools, names, options, terminal), (name) => verifyProjection(tools, name, terminal)),
      ),
    );

  const audit = program.command('audit').description('who did what to whom, from the log itself');
  audit
    .command('history')
    .argument('<kind>', 'group or user', parseKind)
    .argument('<id>', 'its public id')
    .option('-t, --tenant <tenant>', 'the tenant (default: DEFAULT_TENANT, 1000)')
    .description('each event as a line, and whether the hash chain holds')
    .action((kind: Kind, id: string, options: { tenant?: string }) =>
      using(async (tools) => {
        const tenant = options.tenant ?? tools.defaultTenant;
        const stream =
          kind === 'group'
            ? ({ category: 'group', tenant, groupId: id } as const)
            : ({ category: 'user', tenant, userId: id } as const);
        let events = 0;
        const broken = await tools.chainBreak(
          said(tools.history.all(stream), (line) => {
            events++;
            terminal.out(line);
          }),
        );
        if (events === 0) {
          terminal.err(`There is no ${kind} "${id}" in tenant "${tenant}".`);
          return false;
        }
        terminal.out(
          broken === undefined
            ? `The hash chain holds over ${events.toString()} events.`
            : `THE HASH CHAIN IS BROKEN: ${broken}`,
        );
        return broken === undefined;
      }),
    );

  storeCommands(program, openStores, terminal);
  systemCommands(program, openStores, terminal);
  return program;
}

/** Nothing, said so, where neither names nor `--all` were given. */
function chosen(
  tools: Tools,
  names: readonly string[],
  { all }: { all?: true },
  terminal: Terminal,
): readonly string[] | undefined {
  if (all) return tools.projections;
  if (names.length > 0) return names;
  terminal.err(`Which projection? There are: ${tools.projections.join(', ')}; or --all.`);
  return undefined;
}

type Kind = 'group' | 'user';

function parseKind(text: string): Kind {
  if (text !== 'group' && text !== 'user') throw new InvalidArgumentError('It is "group" or "user".');
  return text;
}

/** One after the other; goes on after a failure and tells whether all went well. */
async function each(names: readonly string[] | undefined, work: (name: string) => Promise<boolean>): Promise<boolean> {
  let well = names !== undefined;
  for (const name of names ?? []) well = (await work(name)) && well;
  return well;
}

async function projectionStatus(tools: Tools, terminal: Terminal): Promise<boolean> {
  const { well, lines } = await tools.projectionStatus();
  for (const line of lines) terminal.out(line);
  return well;
}

async function rebuildProjection(tools: Tools, name: string, terminal: Terminal): Promise<boolean> {
  if (!known(tools, name, terminal)) return false;
  const bar = terminal.isTerminal
    ? new SingleBar(
        { format: `${name} {bar} {percentage}% {value}/{total} events, {rate}/s, {phase}`, clearOnComplete: false },
        Presets.shades_classic,
      )
    : undefined;
  bar?.start(1, 0, { rate: 0, phase: 'filling' });
  try {
    const { letter, events, milliseconds } = await tools.rebuild(name, ({ done, total, rate, phase }) => {
      bar?.setTotal(Math.max(total, 1));
      bar?.update(done, { rate, phase });
    });
    bar?.stop();
    terminal.out(
      `${name}: ${events.toString()} events read in ${(milliseconds / 1000).toFixed(1)} s; readers now see letter ${letter}.`,
    );
    return true;
  } catch (error) {
    bar?.stop();
    terminal.err(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  }
}

async function verifyProjection(tools: Tools, name: string, terminal: Terminal): Promise<boolean> {
  if (!known(tools, name, terminal)) return false;
  try {
    const { same, lines } = await tools.verify(name);
    for (const line of lines) terminal.out(line);
    return same;
  } catch (error) {
    terminal.err(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  }
}

function known(tools: Tools, name: string, terminal: Terminal): boolean {
  if (tools.projections.includes(name)) return true;
  terminal.err(`There is no projection "${name}". There are: ${tools.projections.join(', ')}.`);
  return false;
}
