import type { EventStore } from '../../application/ports/event-store.js';
import { parsePosition } from '../../application/ports/positions.js';

/** How much of the log lies before a position, 0 … 1, as far as ordinals tell. @throws EventStoreUnavailable */
export async function shareOfLog(store: EventStore): Promise<(position: string | undefined) => number> {
  const head = await store.head();
  if (head === undefined) return () => 1;
  const end = Math.max(1, Number(parsePosition(head).ordinal));
  return (position) => (position === undefined ? 0 : Math.min(1, Number(parsePosition(position).ordinal) / end));
}
