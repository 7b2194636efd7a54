import { Command } from 'commander';
import { databaseCommands } from './db.js';
import { historyCommand } from './history.js';
import type { House, Using } from './house.js';
import { parkedCommands } from './parked.js';
import { privacyCommands } from './privacy.js';
import { proofCommands } from './proof.js';
import { processCommands } from './processes.js';
import { projectionCommands } from './projections.js';
import { sayingWhenStopped, unlessStopped } from './stopping.js';
import { eachLine, folded } from './terminal.js';
import { serveCommand } from './serve.js';
import { storeCommands, systemCommands } from './store.js';

/** The `parley` command. */
export function parleyCommand(house: House): Command {
  const { open, terminal, stop, version } = house;
  const columns = (): number => terminal.screen?.columns() ?? USUAL_COLUMNS;
  const program = new Command('parley')
    .description('Tools of a Parley server. They find it by DATABASE_URL, or by DATA_DIR (./data).')
    .version(version, '-V, --version', 'the version of Parley')
    .addHelpText('after', HELP)
    .exitOverride()
    .configureOutput({
      writeErr: (text) => {
        eachLine(text, terminal.err);
      },
      getOutHelpWidth: columns,
      writeOut: (text) => {
        eachLine(folded(text, columns()), terminal.out);
      },
    });

  const using: Using = (work, whenStopped) =>
    sayingWhenStopped(house, whenStopped, async () => {
      const tools = await open();
      try {
        stop.throwIfAborted();
        if (!(await unlessStopped(stop, work(tools)))) house.fail();
      } finally {
        await tools.close();
      }
    });

  projectionCommands(program, using, house);
  processCommands(program, using, house);
  parkedCommands(program, using, house);
  historyCommand(program, using, house);
  privacyCommands(program, using, house);
  proofCommands(program, using, house);
  serveCommand(program, house);
  databaseCommands(program, house);
  storeCommands(program, house);
  systemCommands(program, house);
  return program;
}

/** Of a terminal, where there is none. */
const USUAL_COLUMNS = 80;

const HELP = `
Examples:
  $ parley projections status --watch     where the read side stands, in place until Ctrl-C
  $ parley projections rebuild users      its tables anew, while everybody goes on reading
  $ parley parked list                    what could not be handled, and was set aside
  $ parley help projections               what there is to do with them; \`… rebuild --help\` tells of one command

Exit codes: 0 done, 1 it failed or what was checked does not hold, 2 wrong words, 130 Ctrl-C, 143 SIGTERM, 141 nobody
reads the output any more. What was asked for is on stdout; errors and progress are on stderr.`;
