import { ContainerModule } from 'inversify';
import { sealtalkLinesProcess } from '../../api/dialects/sealtalk/lines/process.js';
import { ConversationCommands } from '../../application/commands/conversations.js';
import { UserErasures } from '../../application/commands/erasures.js';
import { ViewCommands } from '../../application/commands/views.js';
import { conversationProcesses } from '../../application/processes/conversation-processes.js';
import { erasureProcess } from '../../application/processes/erasure-process.js';
import { GroupOfCause } from '../../application/processes/group-of-cause.js';
import { ActRetries } from '../../application/processes/retry.js';
import { ProcessRunner } from '../../application/processes/runner.js';
import { Leadership, projections, type ProjectionStatus } from '../../projections/index.js';
import { reachable } from '../postgres/reachable.js';
import { PostgresProcessCheckpoints, PROCESSES } from '../system/process-checkpoints.js';
import { ids } from './identifiers.js';

/** Behind for longer than traffic alone keeps anybody, ms. */
const WELL_BEHIND_MS = 5_000;
const AWAITED: ReadonlySet<string> = new Set(
  projections.filter(({ unawaited }) => unawaited !== true).map(({ name }) => name),
);

/** One that is stopped or paused stays away: nobody waits for it for ever. */
const isComing = ({ name, state, lag }: ProjectionStatus): boolean =>
  AWAITED.has(name) && state === 'catchingUp' && lag > WELL_BEHIND_MS;

/** What follows by itself from what happened. Only a server runs it; a tool tries again what could not be done. */
export const processes = new ContainerModule(({ bind }) => {
  bind(GroupOfCause).toResolvedValue(
    (store, serializer) => new GroupOfCause(store, serializer),
    [ids.store, ids.serializer],
  );
  bind(ids.sealtalkLines).toResolvedValue(
    (conversations, groups, sealtalkIds, readModels, progress, { chatNotices: notices }) => {
      const { groups: groupViews, members, applications } = reachable(readModels);
      const read = { groupViews, members, applications, progress };
      return sealtalkLinesProcess({ ...read, conversations, groups, ids: sealtalkIds, notices });
    },
    [ConversationCommands, GroupOfCause, ids.sealtalkIds, ids.readModels, ids.projections, ids.config],
  );
  bind(ids.processes).toResolvedValue(
    (conversations, views, groups, sealtalkLines, erasures, { chatNotices: notices }) => [
      erasureProcess(erasures),
      ...conversationProcesses({ conversations, views, groups, notices, ownWords: [sealtalkLines] }),
    ],
    [ConversationCommands, ViewCommands, GroupOfCause, ids.sealtalkLines, UserErasures, ids.config],
  );
  bind(ids.processCheckpoints).toResolvedValue(
    (pool) => reachable(new PostgresProcessCheckpoints(pool)),
    [ids.systemPool],
  );
  bind(ActRetries).toResolvedValue(
    (store, serializer, processes) => new ActRetries({ store, serializer, processes }),
    [ids.store, ids.serializer, ids.processes],
  );
  bind(ProcessRunner).toResolvedValue(
    (store, serializer, checkpoints, lockUrl, log, processes, engine) =>
      new ProcessRunner({
        store,
        serializer,
        checkpoints,
        processes,
        takePart: (ask) => new Leadership({ contest: PROCESSES, lockUrl, log, ...ask }),
        log,
        isReadSideComing: async () => (await engine.status()).some(isComing),
      }),
    [ids.store, ids.serializer, ids.processCheckpoints, ids.databaseUrl, ids.log, ids.processes, ids.projections],
  );
});
