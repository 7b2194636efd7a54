import { type Command, InvalidArgumentError } from 'commander';
import type { ComparisonReport, CopyReport, NamedStores, StoreTools } from '../application/ports/tools.js';
import { codes } from './codes.js';
import type { House } from './house.js';
import { count, eventsOf, withProgress } from './progress.js';
import { sayingWhenStopped } from './stopping.js';
import { json } from './terminal.js';

interface AsJson {
  readonly json?: true;
}

/** `parley store …`: the log as a whole, moved and compared. */
export function storeCommands(program: Command, house: House): void {
  const { terminal } = house;
  const named = (command: Command): Command =>
    command
      .option('--from <store>', 'the source (default: what EVENT_STORE, DATABASE_URL or DATA_DIR name)')
      .requiredOption('--to <store>', 'the target')
      .option('--json', 'as one JSON document')
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
    .option('--dry-run', 'only say what would be copied, or why it is refused')
    .addHelpText('after', codes('copied, and both are the same', 'it failed, or they are not the same'))
    .action(async ({ json: asJson, dryRun, ...stores }: NamedStores & AsJson & { readonly dryRun?: true }) => {
      const tools = await house.openStores();
      if (dryRun) {
        const plan = await sayingWhenStopped(house, undefined, () => tools.planCopy(stores));
        for (const line of asJson ? [json({ dryRun, ...plan })] : planLines(plan)) terminal.out(line);
        return;
      }
      const copied = await sayingWhenStopped(house, 'What is copied stays; the same command goes on behind it.', () =>
        withProgress(terminal, 'copying', (say) =>
          tools.copy(stores, ({ copied, share, rate }) => {
            house.stop.throwIfAborted();
            say(share, `${count(copied)} events, ${count(rate)}/s`);
          }),
        ),
      );
      if (!asJson) terminal.out(copiedLine(copied));
      const found = await compare(tools, stores, house);
      if (asJson) terminal.out(json({ ...copied, ...comparedRecord(found) }));
      else for (const line of [comparedLine(found), ...(isSame(found) ? NEXT : [])]) terminal.out(line);
    });
  named(store.command('verify'))
    .description('compare two logs event by event, and check the hash chain of each stream')
    .addHelpText('after', codes('they are the same', 'they are not, or it failed'))
    .action(async ({ json: asJson, ...stores }: NamedStores & AsJson) => {
      const found = await compare(await house.openStores(), stores, house);
      terminal.out(asJson ? json(comparedRecord(found)) : comparedLine(found));
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
    .option('--dry-run', 'only say what would be copied, or why it is refused')
    .option('--json', 'as one JSON document')
    .addHelpText('after', codes('copied', 'it failed, and nothing was written'))
    .action(async ({ json: asJson, dryRun = false, ...databases }: SystemCopyOptions) => {
      const tools = await house.openStores();
      const tables = await sayingWhenStopped(house, 'Nothing was written.', () =>
        tools.copySystem(databases, { signal: house.stop, dryRun }),
      );
      if (asJson) {
        terminal.out(json({ dryRun, tables }));
        return;
      }
      for (const { table, rows } of tables)
        terminal.out(`${dryRun ? 'would be copied: ' : ''}${table}: ${count(rows)} rows`);
      terminal.out('The master key (PARLEY_MASTER_KEY, or keys.json) is not among them: it must be the same there.');
    });
}

interface SystemCopyOptions extends AsJson {
  readonly from?: string;
  readonly to: string;
  readonly dryRun?: boolean;
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

function planLines({ share, inUseBy }: Awaited<ReturnType<StoreTools['planCopy']>>): string[] {
  const has = (Math.floor(share * 1_000) / 10).toString();
  return [
    share === 0
      ? 'Would copy the whole log: the target has none.'
      : `Would go on behind what the target has: ${has} %.`,
    ...(inUseBy === 0 ? [] : [`First stop what uses the source: ${count(inUseBy)} of Parley's processes.`]),
  ];
}

function copiedLine({ copied, resumed, others }: CopyReport): string {
  const left = others === 0 ? '' : `; ${eventsOf(others)} not of Parley's left out`;
  return `${eventsOf(copied)} copied${resumed ? ', behind those that were there already' : ''}${left}.`;
}

async function compare(tools: StoreTools, stores: NamedStores, house: House): Promise<ComparisonReport> {
  const found = await sayingWhenStopped(house, 'Not all was compared.', () =>
    withProgress(house.terminal, 'comparing', (say) =>
      tools.compare(stores, (share, events) => {
        house.stop.throwIfAborted();
        say(share, `${count(events)} events`);
      }),
    ),
  );
  if (!isSame(found)) house.fail();
  return found;
}

const isSame = ({ difference }: ComparisonReport): boolean => difference === undefined;

const comparedRecord = ({ head, difference, ...found }: ComparisonReport): object => ({
  same: difference === undefined,
  ...found,
  head: head ?? null,
  difference: difference ?? null,
});

const comparedLine = ({ events, streams, head, difference }: ComparisonReport): string =>
  difference === undefined
    ? `Both hold the same ${eventsOf(events)} of ${count(streams)} streams, byte by byte and in the same order; every hash chain holds. ` +
      `The target ends at position ${head ?? '(none)'}.`
    : `NOT THE SAME: after ${count(events)} events that are, ${difference}.`;
