import type { CommandResult } from '../../../application/commands/request.js';
import type { OwnWrites } from '../../../application/queries/own-writes.js';

/**
 * Whoever asks next sees what a command did, though it wasn't he who did it: the original writes before it answers, and apps tell
 * each other at once. Commands don't wait for the lists; who asks for a group, or for his groups, waits for what was done to them.
 */
export class Touched {
  constructor(private readonly ownWrites: Pick<OwnWrites, 'shown' | 'wrote'>) {}

  /** The command's result. `people`: in whose lists it shows, beside the caller's. */
  async by<Result extends Pick<CommandResult<unknown, unknown>, 'position'>>(
    tenant: string,
    groupId: string,
    command: Promise<Result>,
    people: readonly string[] = [],
  ): Promise<Result> {
    const result = await command;
    if (result.position !== undefined) {
      this.ownWrites.wrote(tenant, keyOf(groupId), result.position);
      for (const userId of people) this.ownWrites.wrote(tenant, userId, result.position);
    }
    return result;
  }

  /** A group was made, by which somebody may look for it at once. */
  async making<Result extends Pick<CommandResult<unknown, { readonly groupId: string }>, 'position' | 'outcome'>>(
    tenant: string,
    command: Promise<Result>,
    people: readonly string[],
  ): Promise<Result> {
    const result = await command;
    if (result.position !== undefined) this.ownWrites.wrote(tenant, MADE, result.position);
    return this.by(tenant, result.outcome.groupId, Promise.resolve(result), people);
  }

  /** Waits, bounded, until the lists show all groups that were made here. */
  allShown(tenant: string): Promise<void> {
    return this.ownWrites.shown(tenant, MADE);
  }

  /** Waits, bounded, until the lists show what was done to the group here. */
  shown(tenant: string, groupId: string): Promise<void> {
    return this.ownWrites.shown(tenant, keyOf(groupId));
  }
}

/** No user's id has a space in it. */
const MADE = 'groups made';
const keyOf = (groupId: string): string => `group ${groupId}`;
