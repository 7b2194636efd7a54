import type { CommandResult } from '../../../application/commands/request.js';
import type { Position } from '../../../application/ports/event-store.js';
import type { ReadModelProgress } from '../../../application/queries/progress.js';

/** How long a command waits for the lists to show it, ms (docs/architecture.md "Read-your-writes"); then it answers anyway. */
const SHOWN_WITHIN_MS = 300;

/** The command's result, once the read models have passed it: a dialect's next question carries no position. */
export async function shown<Result extends Pick<CommandResult<unknown, unknown>, 'position'>>(
  { progress }: { readonly progress: ReadModelProgress },
  command: Promise<Result>,
): Promise<Result> {
  const result = await command;
  await shownUpTo(progress, result.position);
  return result;
}

export async function shownUpTo(progress: ReadModelProgress, position: Position | undefined): Promise<void> {
  if (position !== undefined) await progress.waitFor(position, { timeoutMs: SHOWN_WITHIN_MS });
}
