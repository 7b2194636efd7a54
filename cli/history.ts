import { type Command, InvalidArgumentError } from 'commander';
import type { LostKey } from '../application/ports/envelope.js';
import { isUnreadable } from '../application/queries/history.js';
import { historyRecord, itemLine, said } from './history-lines.js';
import { isKind, type Kind, NAMING, streamNamed } from '../application/audit/naming.js';
import type { House, Using } from './house.js';
import { json } from './terminal.js';

function parseKind(text: string): Kind {
  if (!isKind(text)) throw new InvalidArgumentError(`It is one of ${Object.keys(NAMING).join(', ')}.`);
  return text;
}

function parseName(text: string): string {
  if (text === '') throw new InvalidArgumentError('It must not be empty.');
  return text;
}

export const whose = ({ tenant, userId, keyId }: LostKey): string =>
  `user "${userId}" (tenant ${tenant}), key ${keyId}`;

/** `parley audit …` */
export function historyCommand(program: Command, using: Using, { terminal, stop }: House): void {
  const audit = program.command('audit').description('who did what to whom, from the log itself');
  audit
    .command('lost-keys')
    .option('--json', 'as one JSON document')
    .description('whose data keys were given up because they were gone, by whom and when')
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
  audit
    .command('history')
    .argument('<kind>', Object.keys(NAMING).join(', '), parseKind)
    .argument('<id...>', 'which one')
    .option('-t, --tenant <tenant>', 'the tenant (default: DEFAULT_TENANT, 1000)', parseName)
    .option('--json', 'a JSON object per line: the events, and last whether the chain holds')
    .option('--content', 'tell what messages say, too')
    .description('each event as a line, and whether the hash chain holds')
    .addHelpText(
      'after',
      ['', 'Which one:', ...Object.entries(NAMING).map((words) => `  ${words.join(' ')}`)].join('\n'),
    )
    .action((kind: Kind, words: string[], options: { tenant?: string; json?: true; content?: true }) => {
      const streamIn = streamNamed(kind, words);
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
        else if (broken === undefined) terminal.out(`The hash chain holds over ${events.toString()} events.`);
        else terminal.out(`THE HASH CHAIN IS BROKEN: ${broken}`);
        if (unreadable > 0 && !options.json) terminal.out(`${unreadable.toString()} OF THEM CAN'T BE READ.`);
        return broken === undefined && unreadable === 0;
      });
    });
}
