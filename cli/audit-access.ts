import type { Command } from 'commander';
import { accessBreak, type KeptAccess } from '../application/audit/access-log.js';
import { nameOf } from '../application/audit/sentences.js';
import { codes } from './codes.js';
import { parseName } from './history-words.js';
import type { House, Using } from './house.js';
import { json } from './terminal.js';

const PAGE = 1_000;

/** `parley audit access` */
export function accessCommand(audit: Command, using: Using, { terminal, stop }: House): void {
  audit
    .command('access')
    .option('-t, --tenant <tenant>', 'the tenant (default: DEFAULT_TENANT, 1000)', parseName)
    .option('--json', 'a JSON object per line: the entries, and last whether the chain holds')
    .description('who looked at histories, who was refused what and who logged in, and whether their chain holds')
    .addHelpText('after', codes('their chain holds', 'it does not, or it failed'))
    .action((options: { tenant?: string; json?: true }) =>
      using(async ({ accesses, defaultTenant }) => {
        const tenant = options.tenant ?? defaultTenant;
        let last: KeptAccess | undefined;
        let broken: string | undefined;
        let entries = 0;
        for (let more = true; more;) {
          stop.throwIfAborted();
          const page = await accesses.page(tenant, last === undefined ? 0 : last.seq + 1, PAGE, 'oldest');
          broken ??= accessBreak(page, last);
          for (const entry of page)
            terminal.out(options.json ? json({ ...entry, at: new Date(entry.at).toISOString() }) : lineOf(entry));
          entries += page.length;
          last = page.at(-1);
          more = page.length === PAGE;
        }
        if (options.json) terminal.out(json({ entries, chainHolds: broken === undefined, problem: broken ?? null }));
        else if (broken === undefined) terminal.out(`The hash chain holds over ${entries.toString()} entries.`);
        else terminal.out(`THE HASH CHAIN IS BROKEN: ${broken}`);
        return broken === undefined;
      }),
    );
}

/** `   12  2026-11-21 10:15:02.123Z  auditor eva  v1:GET /audit/history  to=bob` */
function lineOf({ seq, at, kind, actor, operation, about, outcome, count }: KeptAccess): string {
  const when = new Date(at).toISOString().replace('T', ' ');
  const who = actor === undefined ? 'somebody' : nameOf(actor);
  const came = { read: 'read', refused: 'was refused', login: 'logged in', loginRefused: 'failed to log in' }[kind];
  return [
    `${seq.toString().padStart(5)}  ${when}  ${who} ${came}: ${operation}`,
    about === '' ? '' : ` (${about})`,
    outcome === '' ? '' : `, ${outcome}`,
    count === 1 ? '' : `, ${count.toString()} times`,
  ].join('');
}
