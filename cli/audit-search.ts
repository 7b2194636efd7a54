import { type Command, InvalidArgumentError } from 'commander';
import type { AuditFilter } from '../application/audit/audit-log.js';
import { aggregateOf } from '../application/audit/history-search.js';
import { wordsOf } from '../application/audit/naming.js';
import type { Telling } from '../application/audit/words.js';
import type { Tools } from '../application/ports/tools.js';
import { type HistoryItem, isUnreadable } from '../application/queries/history.js';
import type { Page } from '../application/queries/page.js';
import type { StreamId } from '../application/streams.js';
import { historyRecord, itemLine } from './history-lines.js';
import type { House } from './house.js';
import { eventsOf } from './progress.js';
import { json } from './terminal.js';

/** What narrows a history, as the command line says it. */
export interface Narrowing {
  readonly by?: string;
  readonly to?: string;
  readonly group?: string;
  readonly type?: string;
  readonly from?: number;
  readonly until?: number;
  readonly correlation?: string;
}

/** `2026-03-01` (UTC), or with a time and its zone. */
export function parseMoment(text: string): number {
  const form = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2}))?$/;
  const at = form.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(at))
    throw new InvalidArgumentError('It is a date (2026-03-01, in UTC) or a time with its zone (2026-03-01T12:00:00Z).');
  return at;
}

export const narrowedBy = (command: Command): Command =>
  command
    .option('--by <user>', 'what he did, himself or through somebody')
    .option('--to <user>', 'what was done to him')
    .option('--group <id>', 'in this group, or in its chat')
    .option('--type <type>', 'events of this type, such as MemberMuted')
    .option('--from <time>', 'from this date or time on', parseMoment)
    .option('--until <time>', 'before this date or time', parseMoment)
    .option('--correlation <id>', 'everything that one request set off');

export function filterOf({ by, to, group, type, from, until, correlation }: Narrowing): AuditFilter {
  return {
    ...(by === undefined ? {} : { by }),
    ...(to === undefined ? {} : { to }),
    ...(group === undefined ? {} : { groupId: group }),
    ...(type === undefined ? {} : { type }),
    ...(from === undefined ? {} : { from }),
    ...(until === undefined ? {} : { until }),
    ...(correlation === undefined ? {} : { correlationId: correlation }),
  };
}

const PAGE = 500;

/**
 * Prints what is found, a line each, of whatever length.
 * @returns whether everything could be read
 */
export async function search(
  { historySearch, auditLogBehind }: Pick<Tools, 'historySearch' | 'auditLogBehind'>,
  { terminal, stop }: Pick<House, 'terminal' | 'stop'>,
  { tenant, stream, filter, telling, asJson }: Search,
): Promise<boolean> {
  const behind = stream === undefined ? await auditLogBehind() : undefined;
  if (behind !== undefined) terminal.err(behind);
  let events = 0;
  let unreadable = 0;
  for (let cursor: string | undefined, more = true; more;) {
    stop.throwIfAborted();
    const page = { limit: PAGE, ...(cursor === undefined ? {} : { cursor }) };
    const { items, next }: Page<HistoryItem> =
      stream === undefined
        ? await historySearch.ofTenant(tenant, filter, 'oldest', page)
        : await historySearch.ofAggregate(stream, filter, 'oldest', page);
    for (const item of items) {
      events += 1;
      if (isUnreadable(item)) unreadable += 1;
      const at = aggregateOf(item);
      const aggregate = at === undefined ? '' : wordsOf(at).join(' ');
      terminal.out(
        asJson
          ? json({ aggregate, ...historyRecord(item, telling) })
          : `${aggregate.padEnd(20)} ${itemLine(item, telling)}`,
      );
    }
    cursor = next ?? undefined;
    more = next !== null;
  }
  if (asJson) terminal.out(json({ events, unreadable }));
  else terminal.out(`${eventsOf(events)}.`);
  if (unreadable > 0 && !asJson) terminal.out(`${unreadable.toString()} OF THEM CAN'T BE READ.`);
  return unreadable === 0;
}

export interface Search {
  readonly tenant: string;
  /** Of this aggregate only. */
  readonly stream: StreamId | undefined;
  readonly filter: AuditFilter;
  readonly telling: Telling;
  readonly asJson: boolean;
}
