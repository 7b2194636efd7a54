import type { Command } from 'commander';
import type { House } from './house.js';

/** `parley serve`: the server itself. */
export function serveCommand(program: Command, house: House): void {
  program
    .command('serve')
    .description('run a server, as `npm start` does, until Ctrl-C')
    .option('--workers <n>', 'processes that answer, behind the same ports; or auto (WORKERS)')
    .option('--roles <list>', 'what it does, some of api, projections, processes (PARLEY_ROLES)')
    .addHelpText('after', HELP)
    .action(async ({ workers, roles }: { workers?: string; roles?: string }) => {
      // Its settings are read from there, by each of its processes.
      if (workers !== undefined) process.env['WORKERS'] = workers;
      if (roles !== undefined) process.env['PARLEY_ROLES'] = roles;
      if ((await house.serve()) !== 0) house.fail();
    });
}

const HELP = `
It is set up by environment variables (docs/configuration.md). Any number may run on one PostgreSQL and event store:
one of them feeds the projections and does the processes, and another takes over when it ends.

Exit codes: 0 it was told to stop, also by Ctrl-C, and has ended in order, 1 it could not start, 2 wrong words.

Examples:
  $ parley serve
  $ parley serve --workers auto
  $ parley serve --roles projections,processes    # beside others that serve with --roles api
  $ PORT=9000 DATABASE_URL=postgres://… PARLEY_MASTER_KEY=… PARLEY_TOKEN_SECRET=… parley serve`;
