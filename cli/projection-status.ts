import type { Command } from 'commander';
import type { ProjectionState, StandbyTables } from '../application/ports/tools.js';
import { codes } from './codes.js';
import type { House, Using } from './house.js';
import { purposes } from './purposes.js';
import { isWell, listLines, projectionTable, summary } from './standing.js';
import { json } from './terminal.js';
import { watch } from './watch.js';

interface Options {
  readonly json?: true;
  readonly watch?: true;
}

/** `parley projections list|status`: which there are, and where they stand. */
export function projectionStatusCommands(projections: Command, using: Using, house: House): void {
  const { terminal } = house;
  projections
    .command('list')
    .option('--json', 'as one JSON document')
    .description('which there are, what for, and what they hold')
    .addHelpText('after', codes('done'))
    .action((options: Options) =>
      using(async (tools) => {
        const all = await tools.projectionList();
        const others = await tools.otherVersions();
        const told = (): object => ({
          projections: all.map((each) => ({ ...each, for: purposes[each.name] ?? '' })),
          otherVersions: others,
        });
        for (const line of options.json ? [json(told())] : listLines(all, others)) terminal.out(line);
        return true;
      }),
    );
  projections
    .command('status')
    .option('--watch', 'look again every second, until Ctrl-C')
    .option('--json', 'as one JSON document; with --watch one per look, each on a line')
    .description('where each projection stands: how far behind the log, how fast, who leads')
    .addHelpText('after', STATUS_HELP)
    .action((options: Options) =>
      using(async (tools) => {
        const look = async (): Promise<readonly [readonly ProjectionState[], readonly StandbyTables[]]> => [
          await tools.projectionStatus(),
          await tools.standbys(),
        ];
        if (options.watch)
          return watch(house, async (columns) => {
            const [all, standbys] = await look();
            const now = new Date();
            const line = options.json ? json({ at: now, ...record(all, standbys) }) : summary(all, now);
            return { lines: options.json ? [line] : projectionTable(all, standbys, columns), line };
          });
        const [all, standbys] = await look();
        const lines = options.json ? [json(record(all, standbys))] : [...projectionTable(all, standbys), LETTER];
        for (const line of lines) terminal.out(line);
        return all.every(isWell);
      }),
    );
}

const record = (all: readonly ProjectionState[], standbys: readonly StandbyTables[]): object => ({
  projections: all.map((each) => ({ ...each, standby: standbys.find(({ name }) => name === each.name) ?? null })),
});

const LETTER =
  "Letter: which of a projection's two sets of tables, a or b, readers see; a rebuild fills the other and switches.";

const STATUS_HELP = `
Lag is told in events of the log that it has not passed (on EventStoreDB they are counted up to 10,000: 10,000+), and as
the time since the first of them was decided. events/s is how many it passed a second, with --watch over the last ten
seconds; a one-time look takes half a second for it. The leader is the process that feeds it, as host/pid.
${codes('all is well', 'one has stopped or has set events aside')}

Examples:
  $ parley projections status                     once
  $ parley projections status --watch             in place, until Ctrl-C
  $ parley projections status --watch --json | jq -c '.projections[] | select(.lagMs > 5000)'`;
