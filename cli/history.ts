import type { Command } from 'commander';
import type { LostKey } from '../application/ports/envelope.js';
import { WrongWords } from '../application/ports/wrong-words.js';
import { isUnreadable } from '../application/queries/history.js';
import { accessCommand } from './audit-access.js';
import { filterOf, narrowedBy, type Narrowing, search } from './audit-search.js';
import { stateCommands } from './audit-state.js';
import { codes } from './codes.js';
import { historyRecord, itemLine, said } from './history-lines.js';
import { type Kind, NAMING, streamNamed } from '../application/audit/naming.js';
import { parseKind, parseName } from './history-words.js';
import type { House, Using } from './house.js';
import { eventsOf } from './progress.js';
import { json } from './terminal.js';

export const whose = ({ tenant, userId, keyId }: LostKey): string =>
  `user "${userId}" (tenant ${tenant}), key ${keyId}`;

/** `parley audit …` */
export function historyCommand(program: Command, using: Using, house: House): void {
  const { terminal, stop } = house;
  const audit = program.command('audit').description('who did what to whom, from the log itself');
  audit
    .command('lost-keys')
    .option('--json', 'as one JSON document')
    .description('whose data keys were given up because they were gone, by whom and when')
    .addHelpText('after', codes('told, if there are any or not'))
    .action((options: { json?: true }) =>
      using(async (tools) => {
        const keys = await tools.lostKeys();
        const lines = keys.map(
          ({ at, by, ...key }) => `${new Date(at).toISOString()}  ${whose(key)}, given up by ${by}`,
        );
        if (options.json)
          terminal.out(json({ lostKeys: keys.map(({ at, ...key }) => ({ ...key, at: new Date(at).toISOString() })) }));
        else for (const line of keys.length === 0 ? ['No data key was given up.'] : lines) terminal.out(line);
        return true;
      }),
    );
  stateCommands(audit, using, house);
  accessCommand(audit, using, house);
  narrowedBy(audit.command('history'))
    .argument('[kind]', Object.keys(NAMING).join(', '), parseKind)
    .argument('[id...]', 'which one')
    .option('-t, --tenant <tenant>', 'the tenant (default: DEFAULT_TENANT, 1000)', parseName)
    .option('--json', 'a JSON object per line: the events, and last whether the chain holds, or how many were found')
    .option('--content', 'tell what messages say, too')
    .description(
      'each event as a line: of one aggregate, with whether its hash chain holds; or those that are asked for',
    )
    .addHelpText(
      'after',
      [
        '',
        'Which one:',
        ...Object.entries(NAMING).map((words) => `  ${words.join(' ')}`),
        codes(
          'all can be read, and its chain holds',
          'an event can not be read, the chain is broken, or it is not there',
        ),
        '',
        'Examples:',
        '  $ parley audit history group book-club',
        '  $ parley audit history --to bob --type MemberMuted --from 2026-03-01',
      ].join('\n'),
    )
    .action((kind: Kind | undefined, words: string[], options: HistoryOptions) => {
      const filter = filterOf(options);
      const isNarrowed = Object.keys(filter).length > 0;
      if (kind === undefined && !isNarrowed)
        throw new WrongWords(
          'Name what it happened to, or narrow it: --by, --to, --group, --type, --from, --until, --correlation.',
        );
      const streamIn = kind === undefined ? undefined : streamNamed(kind, words);
      if (kind === undefined || streamIn === undefined || isNarrowed)
        return using((tools) => {
          const tenant = options.tenant ?? tools.defaultTenant;
          const telling = { content: options.content === true };
          const asked = { tenant, stream: streamIn?.(tenant), filter, telling, asJson: options.json === true };
          return search(tools, house, asked);
        });
      return using(async (tools) => {
        const tenant = options.tenant ?? tools.defaultTenant;
        const stream = streamIn(tenant);
        const telling = { content: options.content === true };
        let events = 0;
        let unreadable = 0;
        const broken = await tools.chainBreak(
          said(tools.history.all(stream), (item) => {
            stop.throwIfAborted();
            events++;
            if (isUnreadable(item)) unreadable++;
            terminal.out(options.json ? json(historyRecord(item, telling)) : itemLine(item, telling));
          }),
        );
        if (events === 0) {
          terminal.err(`There is no ${kind} "${words.join(' ')}" in tenant "${tenant}".`);
          return false;
        }
        if (options.json)
          terminal.out(json({ events, unreadable, chainHolds: broken === undefined, problem: broken ?? null }));
        else if (broken === undefined) terminal.out(`The hash chain holds over ${eventsOf(events)}.`);
        else terminal.out(`THE HASH CHAIN IS BROKEN: ${broken}`);
        if (unreadable > 0 && !options.json) terminal.out(`${unreadable.toString()} OF THEM CAN'T BE READ.`);
        return broken === undefined && unreadable === 0;
      });
    });
}

interface HistoryOptions extends Narrowing {
  readonly tenant?: string;
  readonly json?: true;
  readonly content?: true;
}
