import { type Command, InvalidArgumentError } from 'commander';
import type { ComparisonReport, CopyReport, NamedStores, StoreTools } from '../application/ports/tools.js';
import type { House } from './house.js';
import { count, withProgress } from './progress.js';
import { sayingWhenStopped } from './stopping.js';

/** `parley store …`: the log as a whole, moved and compared. */
export function storeCommands(program: Command, house: House): void {
  const { terminal } = house;
  const named = (command: Command): Command =>
    command
      .option('--from <store>', 'the source (default: what EVENT_STORE, DATABASE_URL or DATA_DIR name)')
      .requiredOption('--to <store>', 'the target')
      .option('--tenants <tenants>', 'only their streams, in both (default: TENANTS, else all)', commaSeparated);
  const store = program
    .command('store')
    .description(
      'the event log: embedded:<data directory>, postgres://…, esdb://…, or env:NAME for a variable with one',
    );
  named(store.command('copy'))
    .description(
      'write the whole log to another store, in order and unchanged, and compare; goes on where it was stopped',
    )
    .action(async (stores: NamedStores) => {
      const tools = await house.openStores();
      const copied = await sayingWhenStopped(house, 'What is copied stays; the same command goes on behind it.', () =>
        withProgress(terminal, 'copying', (say) =>
          tools.copy(stores, ({ copied, share, rate }) => {
            house.stop.throwIfAborted();
            say(share, `${count(copied)} events, ${count(rate)}/s`);
          }),
        ),
      );
      terminal.out(copiedLine(copied));
      if (await compare(tools, stores, house)) for (const line of NEXT) terminal.out(line);
      else house.fail();
    });
  named(store.command('verify'))
    .description('compare two logs event by event, and check the hash chain of each stream')
    .action(async (stores: NamedStores) => {
      if (!(await compare(await house.openStores(), stores, house))) house.fail();
    });
}

/** `parley system …`: what is primary data beside the log. */
export function systemCommands(program: Command, house: House): void {
  const { terminal } = house;
  program
    .command('system')
    .description('keys, logins, reservations: what PostgreSQL keeps beside the log')
    .command('copy')
    .description('write them to another PostgreSQL that has none yet, as they are at one moment')
    .option(
      '--from <database>',
      'embedded:<data directory> or postgres://… (default: what DATABASE_URL or DATA_DIR name)',
    )
    .requiredOption('--to <database>', 'postgres://…, or env:NAME')
    .action(async (databases: { from?: string; to: string }) => {
      const tools = await house.openStores();
      const tables = await sayingWhenStopped(house, 'Nothing was written.', () =>
        tools.copySystem(databases, house.stop),
      );
      for (const { table, rows } of tables) terminal.out(`${table}: ${count(rows)} rows`);
      terminal.out('The master key (PARLEY_MASTER_KEY, or keys.json) is not among them: it must be the same there.');
    });
}

function commaSeparated(text: string): string[] {
  const parts = text.split(',').flatMap((part) => part.trim() || []);
  // Of no tenant's streams all is the same.
  if (parts.length === 0) throw new InvalidArgumentError('It names nobody.');
  return parts;
}

const NEXT = [
  'Next: point every Parley at the new store (EVENT_STORE or DATABASE_URL, and the same PARLEY_MASTER_KEY), run',
  '  npm run parley -- projections rebuild --all',
  'and start it. Positions of the old store are answered with 410 from then on.',
];

function copiedLine({ copied, resumed, others }: CopyReport): string {
  const left = others === 0 ? '' : `; ${count(others)} events that are not Parley's were left out`;
  return `${count(copied)} events copied${resumed ? ', behind those that were there already' : ''}${left}.`;
}

async function compare(tools: StoreTools, stores: NamedStores, house: House): Promise<boolean> {
  const found = await sayingWhenStopped(house, 'Not all was compared.', () =>
    withProgress(house.terminal, 'comparing', (say) =>
      tools.compare(stores, (share, events) => {
        house.stop.throwIfAborted();
        say(share, `${count(events)} events`);
      }),
    ),
  );
  house.terminal.out(comparedLine(found));
  return found.difference === undefined;
}

const comparedLine = ({ events, streams, head, difference }: ComparisonReport): string =>
  difference === undefined
    ? `Both hold the same ${count(events)} events of ${count(streams)} streams, byte by byte and in the same order; every hash chain holds. ` +
      `The target ends at position ${head ?? '(none)'}.`
    : `NOT THE SAME: after ${count(events)} events that are, ${difference}.`;
