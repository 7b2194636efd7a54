import { ContainerModule } from 'inversify';
import { AccessNotes } from '../../application/audit/access-notes.js';
import { CommandRates } from '../../application/commands/command-rates.js';
import { ConversationCommands } from '../../application/commands/conversations.js';
import { FriendshipCommands } from '../../application/commands/friendships.js';
import { GroupChanges } from '../../application/commands/group-changes.js';
import { GroupCommands } from '../../application/commands/groups.js';
import { CommandPipeline } from '../../application/commands/pipeline.js';
import { UserDirectory } from '../../application/commands/user-directory.js';
import { UserGroupsCommands } from '../../application/commands/user-groups.js';
import { UserProfileCommands } from '../../application/commands/user-profiles.js';
import { ViewCommands } from '../../application/commands/views.js';
import { HistoryReader } from '../../application/queries/history.js';
import { OwnWrites } from '../../application/queries/own-writes.js';
import { reachable } from '../postgres/reachable.js';
import { ids } from './identifiers.js';

/** Commands and what they go through, and the history. Accounts have a module of their own. */
export const application = new ContainerModule(({ bind }) => {
  bind(UserDirectory).toResolvedValue(
    ({ users }, store, dataKeys) =>
      new UserDirectory({ known: (tenant, userIds) => users.usersExist(tenant, userIds) }, store, dataKeys),
    [ids.readModels, ids.store, ids.dataKeys],
  );
  bind(OwnWrites).toResolvedValue((engine) => new OwnWrites(engine), [ids.projections]);
  bind(CommandRates).toResolvedValue(
    (clock, { commandLimits }) => new CommandRates(clock, commandLimits),
    [ids.clock, ids.config],
  );
  bind(CommandPipeline).toResolvedValue(
    (
      store,
      serializer,
      ledger,
      snapshots,
      clock,
      log,
      ownWrites,
      rates,
      storage,
      auditors,
      accesses,
      telemetry,
      { commandDeadlineMs: deadlineMs },
    ) =>
      new CommandPipeline(
        {
          store,
          serializer,
          ledger,
          snapshots,
          clock,
          log,
          ownWrites,
          rates,
          storage,
          accesses,
          telemetry,
          readsOnly: (tenant, userId) => auditors.has(tenant, userId),
        },
        { deadlineMs },
      ),
    [
      ids.store,
      ids.serializer,
      ids.ledger,
      ids.snapshots,
      ids.clock,
      ids.log,
      OwnWrites,
      CommandRates,
      ids.disk,
      ids.auditors,
      AccessNotes,
      ids.telemetry,
      ids.config,
    ],
  );
  bind(GroupCommands).toResolvedValue(
    (pipeline, clock, numbers, reservations, users, rates) =>
      new GroupCommands({ pipeline, clock, numbers, reservations, users, rates }),
    [CommandPipeline, ids.clock, ids.numbers, ids.reservations, UserDirectory, CommandRates],
  );
  bind(ConversationCommands).toResolvedValue(
    (
      pipeline,
      clock,
      users,
      { lookup },
      reservations,
      { friendship, conversations: settings, commandDeadlineMs: deadlineMs },
    ) =>
      new ConversationCommands({
        pipeline,
        clock,
        users,
        messages: reachable(lookup),
        reservations,
        friendship,
        settings,
        deadlineMs,
      }),
    [CommandPipeline, ids.clock, UserDirectory, ids.readModels, ids.reservations, ids.config],
  );
  bind(ViewCommands).toResolvedValue(
    (pipeline, clock, users, { lookup }, positions, rates, auditors, { commandDeadlineMs: deadlineMs }) => {
      const looked = reachable(lookup);
      return new ViewCommands({
        pipeline,
        clock,
        users,
        messages: looked,
        formerly: looked,
        positions,
        rates,
        readsOnly: (tenant, userId) => auditors.has(tenant, userId),
        deadlineMs,
      });
    },
    [
      CommandPipeline,
      ids.clock,
      UserDirectory,
      ids.readModels,
      ids.readPositions,
      CommandRates,
      ids.auditors,
      ids.config,
    ],
  );
  bind(GroupChanges).toResolvedValue(
    (pipeline, clock) => new GroupChanges(pipeline, clock),
    [CommandPipeline, ids.clock],
  );
  bind(UserProfileCommands).toResolvedValue((pipeline) => new UserProfileCommands({ pipeline }), [CommandPipeline]);
  bind(UserGroupsCommands).toResolvedValue(
    (pipeline, users) => new UserGroupsCommands({ pipeline, users }),
    [CommandPipeline, UserDirectory],
  );
  bind(FriendshipCommands).toResolvedValue(
    (pipeline, users, reservations, rates, { friendship: settings }) =>
      new FriendshipCommands({ pipeline, users, reservations, settings, rates }),
    [CommandPipeline, UserDirectory, ids.reservations, CommandRates, ids.config],
  );
  bind(HistoryReader).toResolvedValue(
    (store, serializer) => new HistoryReader(store, serializer),
    [ids.store, ids.serializer],
  );
});
