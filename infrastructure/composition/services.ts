import { type Container, ContainerModule } from 'inversify';
import type { ApiServices } from '../../api/services.js';
import { BulkRegistration } from '../../application/commands/bulk-registration.js';
import { CommandRates } from '../../application/commands/command-rates.js';
import { ConversationCommands } from '../../application/commands/conversations.js';
import { FriendshipCommands } from '../../application/commands/friendships.js';
import { GroupChanges } from '../../application/commands/group-changes.js';
import { GroupCommands } from '../../application/commands/groups.js';
import { OwnAccount } from '../../application/commands/own-account.js';
import { UserDirectory } from '../../application/commands/user-directory.js';
import { UserGroupsCommands } from '../../application/commands/user-groups.js';
import { UserProfileCommands } from '../../application/commands/user-profiles.js';
import { UserCommands } from '../../application/commands/users.js';
import { ViewCommands } from '../../application/commands/views.js';
import { OwnWrites } from '../../application/queries/own-writes.js';
import { reachable } from '../postgres/reachable.js';
import { ids } from './identifiers.js';
import { upToDate } from './up-to-date.js';

/** What every API is made on, once for all of them. */
export const services = new ContainerModule(({ bind }) => {
  bind(ids.services).toDynamicValue((context) => servicesOf(context));
  bind(ids.serves).toResolvedValue(
    ({ tenants }) =>
      (tenant) =>
        tenants?.includes(tenant) ?? true,
    [ids.config],
  );
});

function servicesOf(parts: Pick<Container, 'get'>): ApiServices {
  const readModels = parts.get(ids.readModels);
  const admins = parts.get(ids.appAdmins);
  const auditors = parts.get(ids.auditors);
  const ownWrites = parts.get(OwnWrites);
  const lists = <Adapter extends object>(adapter: Adapter): Adapter =>
    upToDate(reachable(adapter), () => ownWrites.caughtUp());
  return {
    userCommands: parts.get(UserCommands),
    ownAccount: parts.get(OwnAccount),
    bulkRegistration: parts.get(BulkRegistration),
    userProfiles: parts.get(UserProfileCommands),
    userGroups: parts.get(UserGroupsCommands),
    groupCommands: parts.get(GroupCommands),
    groupChanges: parts.get(GroupChanges),
    friendshipCommands: parts.get(FriendshipCommands),
    conversationCommands: parts.get(ConversationCommands),
    viewCommands: parts.get(ViewCommands),
    directory: parts.get(UserDirectory),
    users: lists(readModels.users),
    groups: lists(readModels.groups),
    members: lists(readModels.members),
    applications: lists(readModels.applications),
    departures: lists(readModels.departures),
    favourites: lists(readModels.favourites),
    notices: lists(readModels.notices),
    friendships: lists(readModels.friendships),
    conversations: lists(readModels.conversations),
    messages: lists(readModels.messages),
    progress: parts.get(ids.projections),
    ownWrites,
    tokens: parts.get(ids.tokens),
    sessions: parts.get(ids.sessions),
    callerRates: parts.get(CommandRates),
    isAppAdmin: (tenant, userId) => admins.has(tenant, userId),
    isAuditor: (tenant, userId) => auditors.has(tenant, userId),
    clock: parts.get(ids.clock),
  };
}
