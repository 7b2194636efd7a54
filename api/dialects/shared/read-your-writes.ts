import type { CommandResult } from '../../../application/commands/request.js';
import type { OwnWrites } from '../../../application/queries/own-writes.js';

/** The command's result, when it may be answered: whoever asks for a list next sees what it did. */
export async function shown<Result extends Pick<CommandResult<unknown, unknown>, 'position'>>(
  { ownWrites }: { readonly ownWrites: Pick<OwnWrites, 'answering'> },
  command: Promise<Result>,
): Promise<Result> {
  const result = await command;
  await ownWrites.answering(result.position);
  return result;
}
