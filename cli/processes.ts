import type { Command } from 'commander';
import { codes } from './codes.js';
import type { House, Using } from './house.js';
import { purposes } from './purposes.js';
import { isWell, processTable, summary } from './standing.js';
import { table } from './table.js';
import { json } from './terminal.js';
import { watch } from './watch.js';

/** `parley processes …`: what follows by itself from what happened. */
export function processCommands(program: Command, using: Using, house: House): void {
  const { terminal } = house;
  const processes = program
    .command('processes')
    .description('what follows by itself from what happened: chats that open and close, lines in them')
    .addHelpText('after', HELP);
  processes
    .command('list')
    .option('--json', 'as one JSON document')
    .description('which there are, and what for')
    .addHelpText('after', codes('done'))
    .action((options: { json?: true }) =>
      using((tools) => {
        const all = tools.processes.map((name) => ({ name, for: purposes[name] ?? '' }));
        const rows = all.map((each) => [each.name, each.for]);
        for (const line of options.json ? [json({ processes: all })] : table(['process', 'for'], rows))
          terminal.out(line);
        return Promise.resolve(true);
      }),
    );
  processes
    .command('status')
    .option('--watch', 'look again every second, until Ctrl-C')
    .option('--json', 'as one JSON document; with --watch one per look, each on a line')
    .description('how far each is behind the log, how fast it goes, who leads')
    .addHelpText('after', codes('all is well', 'one has set events aside'))
    .action((options: { json?: true; watch?: true }) =>
      using(async (tools) => {
        const look = async (): ReturnType<typeof tools.processStatus> => tools.processStatus();
        if (options.watch)
          return watch(house, async (columns) => {
            const all = await look();
            const now = new Date();
            const line = options.json ? json({ at: now, processes: all }) : summary(all, now);
            return { lines: options.json ? [line] : processTable(all, columns), line };
          });
        const all = await look();
        for (const line of options.json ? [json({ processes: all })] : processTable(all)) terminal.out(line);
        return all.every(isWell);
      }),
    );
}

const HELP = `
One server of those on a database does them all; another takes over within seconds. What one of them can't do it sets
aside (parked), and goes on.

Examples:
  $ parley processes status
  $ parley processes status --watch
  $ parley parked list group-lines`;
