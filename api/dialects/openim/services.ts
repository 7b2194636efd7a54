import type { BulkRegistration } from '../../../application/commands/bulk-registration.js';
import type { ConversationCommands } from '../../../application/commands/conversations.js';
import type { FriendshipCommands } from '../../../application/commands/friendships.js';
import type { GroupChanges } from '../../../application/commands/group-changes.js';
import type { GroupCommands } from '../../../application/commands/groups.js';
import type { CommandResult } from '../../../application/commands/request.js';
import type { SharedSecret } from '../../../application/commands/shared-secret.js';
import type { UserDirectory } from '../../../application/commands/user-directory.js';
import type { UserProfileCommands } from '../../../application/commands/user-profiles.js';
import type { UserCommands } from '../../../application/commands/users.js';
import type { ViewCommands } from '../../../application/commands/views.js';
import type { Clock } from '../../../application/ports/clock.js';
import type { Position } from '../../../application/ports/event-store.js';
import type { Sessions, TokenIssuer, TokenVerifier } from '../../../application/ports/tokens.js';
import type { ApplicationQueries } from '../../../application/queries/applications.js';
import type { ConversationQueries } from '../../../application/queries/conversations.js';
import type { FriendshipQueries } from '../../../application/queries/friendships.js';
import type { GroupQueries } from '../../../application/queries/groups.js';
import type { MemberQueries } from '../../../application/queries/members.js';
import type { MessageQueries } from '../../../application/queries/messages.js';
import { MAX_PAGE, type PageRequest } from '../../../application/queries/page.js';
import type { OwnWrites } from '../../../application/queries/own-writes.js';
import type { ReadModelProgress } from '../../../application/queries/progress.js';
import type { UserQueries, UserView } from '../../../application/queries/users.js';
import type { RequestPagination } from './dto/common.js';

/** What the dialect is made on. */
export interface OpenimServices {
  readonly userCommands: UserCommands;
  readonly bulkRegistration: BulkRegistration;
  readonly userProfiles: UserProfileCommands;
  readonly groupCommands: GroupCommands;
  readonly groupChanges: GroupChanges;
  readonly friendshipCommands: FriendshipCommands;
  readonly conversationCommands: ConversationCommands;
  /** Each one's own side of a conversation. */
  readonly conversationViews: ViewCommands;
  readonly directory: UserDirectory;
  readonly users: UserQueries;
  readonly groups: GroupQueries;
  readonly members: MemberQueries;
  readonly applications: ApplicationQueries;
  readonly friendships: FriendshipQueries;
  readonly conversations: ConversationQueries;
  readonly messages: MessageQueries;
  readonly progress: ReadModelProgress;
  readonly ownWrites: Pick<OwnWrites, 'shown'>;
  readonly tokens: TokenIssuer & TokenVerifier;
  readonly sessions: Sessions;
  readonly isAppAdmin: (tenant: string, userId: string) => boolean;
  /** What a backend shows for tokens of its users. */
  readonly secret: SharedSecret;
  readonly clock: Clock;
}

/** How long a command waits for the lists to show it, ms (docs/architecture.md "Read-your-writes"); then it answers anyway. */
const SHOWN_WITHIN_MS = 300;

/** The command's result, once the read models have passed it: this API's next question carries no position. */
export async function shown<Result extends Pick<CommandResult<unknown, unknown>, 'position'>>(
  { progress }: Pick<OpenimServices, 'progress'>,
  command: Promise<Result>,
): Promise<Result> {
  const result = await command;
  await shownUpTo(progress, result.position);
  return result;
}

export async function shownUpTo(progress: ReadModelProgress, position: Position | undefined): Promise<void> {
  if (position !== undefined) await progress.waitFor(position, { timeoutMs: SHOWN_WITHIN_MS });
}

/** A page by number, and whether nothing of it is wanted but the total. No page is longer than a list may be. */
export function pageOf({ pageNumber, showNumber }: RequestPagination): PageRequest & { readonly empty: boolean } {
  const empty = showNumber <= 0;
  const limit = empty ? 1 : Math.min(showNumber, MAX_PAGE);
  return { limit, offset: Math.min((pageNumber - 1) * limit, 2 ** 31 - 1), empty };
}

/** Profiles by user id, however many are asked for. */
export async function profilesOf(
  users: UserQueries,
  tenant: string,
  userIds: readonly string[],
): Promise<ReadonlyMap<string, UserView>> {
  const wanted = [...new Set(userIds)];
  const found: UserView[] = [];
  for (let start = 0; start < wanted.length; start += MAX_PAGE) {
    found.push(...(await users.usersByIds(tenant, wanted.slice(start, start + MAX_PAGE))));
  }
  return new Map(found.map((user) => [user.userId, user]));
}
