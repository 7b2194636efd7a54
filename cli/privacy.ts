import { type Command, InvalidArgumentError } from 'commander';
import { ApplicationError } from '../application/commands/errors.js';
import { WrongWords } from '../application/ports/wrong-words.js';
import { type HistoryItem, isUnreadable } from '../application/queries/history.js';
import { DomainError } from '../domain/shared/errors.js';
import { codes } from './codes.js';
import { historyRecord } from './history-lines.js';
import type { House, Using } from './house.js';
import { json } from './terminal.js';

function parseName(text: string): string {
  if (text === '') throw new InvalidArgumentError('It must not be empty.');
  return text;
}

interface ErasingOptions {
  readonly reason: string;
  readonly tenant?: string;
  readonly dryRun?: boolean;
  readonly json?: true;
}

/** `parley privacy …`: what the law lets a person ask for. */
export function privacyCommands(program: Command, using: Using, { terminal, stop }: House): void {
  const privacy = program.command('privacy').description('what is held of a person');
  privacy
    .command('erase')
    .argument('<user>', 'his user id', parseName)
    .requiredOption('--reason <text>', 'why; stands in the history for ever, so it names nothing of the person')
    .option('-t, --tenant <tenant>', 'the tenant (default: DEFAULT_TENANT, 1000)', parseName)
    .option('--dry-run', 'only say what would be done, or why it is refused')
    .option('--json', 'as one JSON document')
    .description('destroy the key of what he wrote and said of himself, his login and his sessions, for good')
    .addHelpText('after', ERASE_HELP)
    .action((userId: string, { reason, tenant: named, dryRun = false, json: asJson }: ErasingOptions) =>
      using(async (tools) => {
        const tenant = named ?? tools.defaultTenant;
        try {
          const { alreadySo, gone } = await tools.erase({ tenant, userId, reason, dryRun });
          if (asJson) {
            terminal.out(json({ tenant, userId, dryRun, alreadySo, ...(dryRun ? {} : { gone }) }));
            return true;
          }
          if (dryRun) {
            terminal.out(
              alreadySo
                ? `"${userId}" was erased before: what may have been left would be taken.`
                : `"${userId}" would be erased, for good.`,
            );
            return true;
          }
          terminal.out(alreadySo ? `"${userId}" was erased before.` : `"${userId}" is erased.`);
          if (!gone) terminal.out(NOT_YET_GONE);
          for (const line of BACKUPS) terminal.out(line);
          return true;
        } catch (error) {
          terminal.err(whyNot(error, userId, tenant));
          return false;
        }
      }),
    );
  privacy
    .command('export')
    .argument('<user>', 'his user id', parseName)
    .option('-t, --tenant <tenant>', 'the tenant (default: DEFAULT_TENANT, 1000)', parseName)
    .description(
      'all that is held of a person, as one JSON document: profile, account, and each event that he did or that was done to him',
    )
    .option('--json', 'as it is anyway')
    .addHelpText('after', codes('told; that it was is in the access log', 'there is no such user, or it failed'))
    .action((userId: string, { tenant: named }: { tenant?: string }) =>
      using(async ({ defaultTenant, personalRecords, noteLook }) => {
        const tenant = named ?? defaultTenant;
        const profile = await personalRecords.profile(tenant, userId);
        if (profile === undefined) {
          terminal.err(`There is no user "${userId}" in tenant "${tenant}".`);
          return false;
        }
        await noteLook(tenant, userId);
        const head = { tenant, userId, profile, account: await personalRecords.account(tenant, userId) };
        // Written as it is read: he may have done a million things.
        terminal.out(`${json(head).slice(0, -1)},"events":[`);
        let before = '';
        for await (const { side, item } of personalRecords.events(tenant, userId)) {
          stop.throwIfAborted();
          if (before !== '') terminal.out(`${before},`);
          before = json({ side, stream: item.stored.stream, ...historyRecord(item, {}), ...dataOf(item) });
        }
        if (before !== '') terminal.out(before);
        terminal.out(']}');
        return true;
      }),
    );
}

/** What it says in full, where it can be read. */
const dataOf = (item: HistoryItem): object => (isUnreadable(item) ? {} : { data: item.event?.data ?? null });

const ERASE_HELP = `${codes('erased, now or before', 'it was refused, or is not finished; what was begun is gone on with')}

Examples:
  $ parley privacy erase ada --reason 'asked for it, letter of 2026-11-20' --dry-run
  $ parley privacy erase ada --reason 'asked for it, letter of 2026-11-20'`;

const NOT_YET_GONE =
  'The lists drop what they show of him when a server runs and has come to it (`parley projections status`).';

const BACKUPS = [
  'Backups of the database made before have his key still: they are yours to give up. Other servers let go of it within seconds.',
];

/** @throws the error, where it isn't one that is told */
function whyNot(error: unknown, userId: string, tenant: string): string {
  if (error instanceof ApplicationError)
    return `It is not finished (${error.kind}): a running server goes on with what was begun, or run the same again.`;
  if (!(error instanceof DomainError)) throw error;
  if (error.kind === 'UserNotFound') return `There is no user "${userId}" in tenant "${tenant}".`;
  const { facts } = error as DomainError<'InvalidArgument' | 'NotPermitted'>;
  if ('field' in facts) throw new WrongWords(`${facts.field}: ${facts.reason}.`);
  return `Not permitted: ${facts.reason}.`;
}
