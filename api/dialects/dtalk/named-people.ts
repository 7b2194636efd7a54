import type { KeyUsers } from '../../../application/commands/key-users.js';
import type { RequestContext } from '../../../application/commands/request.js';
import { isKeyAddress } from '../../../application/key-address.js';
import { isRefusal } from '../shared/refusals.js';

/**
 * Runs a command that names people. An app names its friends by their address before they have ever called here; whoever can't
 * be found but could prove to be somebody is made a user, once the command has no other fault, and it is run again.
 */
export async function withPeopleNamed<Result>(
  keyUsers: Pick<KeyUsers, 'named'>,
  context: RequestContext,
  command: () => Promise<Result>,
): Promise<Result> {
  try {
    return await command();
  } catch (error) {
    if (!isRefusal(error, 'UserNotFound') || !error.facts.userIds.every(isKeyAddress)) throw error;
    await keyUsers.named(context, error.facts.userIds);
    return command();
  }
}
