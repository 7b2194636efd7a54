import type { Command } from 'commander';
import { codes } from './codes.js';
import type { House } from './house.js';
import { sayingWhenStopped } from './stopping.js';
import { json } from './terminal.js';

/** `parley db …`: the tables themselves. */
export function databaseCommands(program: Command, house: House): void {
  const { terminal } = house;
  program
    .command('db')
    .description("Parley's PostgreSQL: DATABASE_URL, or the one in DATA_DIR")
    .command('migrate')
    .option('--dry-run', 'only say what would be done')
    .option('--json', 'as one JSON document')
    .description('bring schemas events, system and read up to date with this version, as a start does')
    .addHelpText('after', HELP)
    .action(async ({ dryRun, json: asJson }: { dryRun?: true; json?: true }) => {
      const tools = await house.openStores();
      const { migrations, newer } = await sayingWhenStopped(house, 'A migration is done whole or not at all.', () =>
        tools.migrate({ dryRun: dryRun === true }),
      );
      if (asJson) {
        terminal.out(json({ dryRun: dryRun === true, migrations, newer }));
        return;
      }
      for (const name of migrations) terminal.out(`${dryRun ? 'would run' : 'done'}: ${name}`);
      if (migrations.length === 0) terminal.out('Everything is up to date.');
      for (const name of newer)
        terminal.out(`A newer version of Parley has run ${name}, which this one does not know.`);
    });
}

const HELP = `
A server does the same when it starts, so this is for whoever wants it done before: one process, while the old version
goes on. Each migration is one transaction; several that begin at once wait for each other.
${codes('done, or there was nothing to do', 'it failed; what it says was done is done')}

Examples:
  $ parley db migrate --dry-run
  $ DATABASE_URL=postgres://… parley db migrate`;
