import { type Command, InvalidArgumentError } from 'commander';
import { historyLine, historyRecord, said } from './history-lines.js';
import type { House, Using } from './house.js';
import { json } from './terminal.js';

type Kind = 'group' | 'user';

function parseKind(text: string): Kind {
  if (text !== 'group' && text !== 'user') throw new InvalidArgumentError('It is "group" or "user".');
  return text;
}

/** `parley audit …` */
export function historyCommand(program: Command, using: Using, { terminal, stop }: House): void {
  program
    .command('audit')
    .description('who did what to whom, from the log itself')
    .command('history')
    .argument('<kind>', 'group or user', parseKind)
    .argument('<id>', 'its public id')
    .option('-t, --tenant <tenant>', 'the tenant (default: DEFAULT_TENANT, 1000)')
    .option('--json', 'a JSON object per line: the events, and last whether the chain holds')
    .description('each event as a line, and whether the hash chain holds')
    .action((kind: Kind, id: string, options: { tenant?: string; json?: true }) =>
      using(async (tools) => {
        const tenant = options.tenant ?? tools.defaultTenant;
        const stream =
          kind === 'group'
            ? ({ category: 'group', tenant, groupId: id } as const)
            : ({ category: 'user', tenant, userId: id } as const);
        let events = 0;
        const broken = await tools.chainBreak(
          said(tools.history.all(stream), (recorded) => {
            stop.throwIfAborted();
            events++;
            terminal.out(options.json ? json(historyRecord(recorded)) : historyLine(recorded));
          }),
        );
        if (events === 0) {
          terminal.err(`There is no ${kind} "${id}" in tenant "${tenant}".`);
          return false;
        }
        if (options.json) terminal.out(json({ events, chainHolds: broken === undefined, problem: broken ?? null }));
        else if (broken === undefined) terminal.out(`The hash chain holds over ${events.toString()} events.`);
        else terminal.out(`THE HASH CHAIN IS BROKEN: ${broken}`);
        return broken === undefined;
      }),
    );
}
