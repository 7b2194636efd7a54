import type { streamsPb } from './generated.js';
import type { EventLog } from './log.js';

/** The index that a position of `$all` stands for; undefined where it is within the log and no event's own. */
export function startOf(log: EventLog, options: streamsPb.ReadReq.Options): number | undefined {
  const all = options.getAll();
  if (!all || all.hasStart()) return 0;
  if (all.hasEnd()) return log.events.length;
  const position = Number(all.getPosition()?.getCommitPosition() ?? 0);
  const index = log.indexFrom(position);
  const own = position === 0 || position > log.head || log.events[index]?.position === position;
  return own ? index : undefined;
}
