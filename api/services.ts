import type { CommandRates } from '../application/commands/command-rates.js';
import type { BulkRegistration } from '../application/commands/bulk-registration.js';
import type { ConversationCommands } from '../application/commands/conversations.js';
import type { FriendshipCommands } from '../application/commands/friendships.js';
import type { GroupChanges } from '../application/commands/group-changes.js';
import type { GroupCommands } from '../application/commands/groups.js';
import type { OwnAccount } from '../application/commands/own-account.js';
import type { UserDirectory } from '../application/commands/user-directory.js';
import type { UserGroupsCommands } from '../application/commands/user-groups.js';
import type { UserProfileCommands } from '../application/commands/user-profiles.js';
import type { UserCommands } from '../application/commands/users.js';
import type { ViewCommands } from '../application/commands/views.js';
import type { Clock } from '../application/ports/clock.js';
import type { Sessions, TokenIssuer, TokenVerifier } from '../application/ports/tokens.js';
import type { ApplicationQueries } from '../application/queries/applications.js';
import type { ConversationQueries } from '../application/queries/conversations.js';
import type { DepartureQueries } from '../application/queries/departures.js';
import type { FavouriteQueries } from '../application/queries/favourites.js';
import type { FriendshipQueries } from '../application/queries/friendships.js';
import type { GroupQueries } from '../application/queries/groups.js';
import type { MemberQueries } from '../application/queries/members.js';
import type { MessageQueries } from '../application/queries/messages.js';
import type { NoticeQueries } from '../application/queries/notices.js';
import type { OwnWrites } from '../application/queries/own-writes.js';
import type { ReadModelProgress } from '../application/queries/progress.js';
import type { UserQueries } from '../application/queries/users.js';

/** The commands and queries that every API is made on. What one of them needs beyond these, it names itself. */
export interface ApiServices {
  readonly userCommands: UserCommands;
  readonly ownAccount: OwnAccount;
  readonly bulkRegistration: BulkRegistration;
  readonly userProfiles: UserProfileCommands;
  /** What each has of groups for himself: favourites, and news that he has seen. */
  readonly userGroups: UserGroupsCommands;
  readonly groupCommands: GroupCommands;
  readonly groupChanges: GroupChanges;
  readonly friendshipCommands: FriendshipCommands;
  readonly conversationCommands: ConversationCommands;
  /** Each one's own side of a conversation. */
  readonly viewCommands: ViewCommands;
  readonly directory: UserDirectory;
  readonly users: UserQueries;
  readonly groups: GroupQueries;
  readonly members: MemberQueries;
  readonly applications: ApplicationQueries;
  readonly departures: DepartureQueries;
  readonly favourites: FavouriteQueries;
  readonly notices: NoticeQueries;
  readonly friendships: FriendshipQueries;
  readonly conversations: ConversationQueries;
  readonly messages: MessageQueries;
  readonly progress: ReadModelProgress;
  readonly ownWrites: Pick<OwnWrites, 'shown' | 'answering'>;
  readonly tokens: TokenIssuer & TokenVerifier;
  readonly sessions: Sessions;
  /** Bounds what each caller asks for, reading too. */
  readonly callerRates: Pick<CommandRates, 'asked'>;
  readonly isAppAdmin: (tenant: string, userId: string) => boolean;
  /** Of which nobody but himself, by his password, gets a token. */
  readonly isAuditor: (tenant: string, userId: string) => boolean;
  readonly clock: Clock;
}
