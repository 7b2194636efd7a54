import { hostname, userInfo } from 'node:os';
import type { AccessKind } from '../../application/audit/access-log.js';
import { AccessNotes } from '../../application/audit/access-notes.js';
import { HistorySearch } from '../../application/audit/history-search.js';
import { StateReader } from '../../application/audit/state-at.js';
import { UserErasures } from '../../application/commands/erasures.js';
import { CommandPipeline } from '../../application/commands/pipeline.js';
import { EventUnreadable, type GivenUpKey, type LostKey } from '../../application/ports/envelope.js';
import type { Logger } from '../../application/ports/logger.js';
import type { Tools } from '../../application/ports/tools.js';
import { PersonalRecords } from '../../application/privacy/personal-record.js';
import { HistoryReader } from '../../application/queries/history.js';
import { DomainError } from '../../domain/shared/errors.js';
import { projections } from '../../projections/index.js';
import type { Config } from '../config/config.js';
import { isAway, reachable } from '../postgres/reachable.js';
import { verifyChain } from '../serialization/hash-chain.js';
import { CLOSE_MS } from './closing.js';
import { followerTools } from './followers.js';
import { openHouse } from './house.js';
import { ids } from './identifiers.js';
import { parkedTools } from './parked.js';
import { processes } from './processes.js';
import { sealtalk } from './sealtalk.js';

/** How long the lists are waited for that drop what they show of somebody who was erased, ms. */
const GONE_WITHIN_MS = 10_000;

/** Who gives up a key or erases somebody, as far as the machine knows. */
const OPERATOR = `${userInfo().username}@${hostname()}`;

const WITHOUT_A_KEY =
  "Bring the key's row back into system.data_key from a backup; or, if it is gone for good, go on without it: " +
  '--lost-keys-as-tombstones shows as erased what it had encrypted, here and in every history, and records who decided so';

const lacksKey = (error: unknown): boolean =>
  error instanceof Error && error.cause instanceof EventUnreadable && error.cause.lostKey !== undefined;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const explained = (error: unknown): Error => new Error(`${messageOf(error)}. ${WITHOUT_A_KEY}`, { cause: error });

/** What the `parley` command works with: beside a running server, or alone. */
export async function openTools(config: Config, log: Logger): Promise<Tools> {
  const { container, close } = await openHouse(config, log, { share: true });
  container.load(processes, sealtalk);
  const engine = container.get(ids.projections);
  const dataKeys = container.get(ids.dataKeys);
  const noteOperator = (
    operation: string,
    tenant: string,
    userId: string,
    kind: AccessKind,
    outcome: string,
  ): Promise<void> => {
    const actor = { kind: 'system', id: OPERATOR } as const;
    return container
      .get(AccessNotes)
      .keep({ tenant, actor, kind, operation, about: userId, outcome, correlationId: '' });
  };
  return reachable({
    defaultTenant: config.defaultTenant,
    history: container.get(HistoryReader),
    historySearch: container.get(HistorySearch),
    auditLogBehind: async () => {
      const [log] = (await engine.status()).filter(({ name }) => name === 'audit_log');
      return log?.state === 'live' && log.lag === 0
        ? undefined
        : `The audit log is ${log?.state ?? 'not there'}: what happened lately may be missing.`;
    },
    states: container.get(StateReader),
    accesses: container.get(ids.accesses),
    chainBreak: async (events) => {
      const broken = await verifyChain(events);
      return broken === undefined
        ? undefined
        : `${broken.reason} at revision ${broken.revision.toString()} of ${broken.stream}`;
    },
    projections: projections.map(({ name }) => name),
    ...followerTools(container, config),
    standbys: () => engine.standbys(),
    rebuild: async (names, { lostKeysAsTombstones = false, onOutcome, ...asked }) => {
      const givenUp: GivenUpKey[] = [];
      const onLostKey = async (key: LostKey): Promise<void> => {
        givenUp.push(await dataKeys.giveUp(key, OPERATOR));
      };
      let away: unknown;
      await engine.rebuildAll(names, {
        ...asked,
        ...(lostKeysAsTombstones ? { onLostKey } : {}),
        onOutcome: (outcome) => {
          if (!('error' in outcome)) onOutcome(outcome);
          else if (isAway(outcome.error)) away ??= outcome.error;
          else if (lacksKey(outcome.error)) onOutcome({ name: outcome.name, error: explained(outcome.error) });
          else onOutcome(outcome);
        },
      });
      if (away !== undefined) throw away;
      return { givenUp };
    },
    promote: (name, watched) => engine.promote(name, watched),
    rollback: (name, watched) => engine.rollback(name, watched),
    drop: (name, watched) => engine.drop(name, watched),
    otherVersions: () => engine.otherVersions(),
    dropOtherVersions: (name, options) => engine.dropOtherVersions(name, options),
    intend: (name, doing, afresh) => engine.intend(name, doing, afresh),
    pause: (name, { dryRun = false }) => engine.pause(name, { by: OPERATOR, dryRun }),
    resume: (name, options) => engine.resume(name, options),
    lostKeys: () => dataKeys.givenUp(),
    verify: async (name, watched) => {
      const { equal, ...found } = await engine.verify(name, watched);
      return { name, same: equal && found.halted === undefined && found.parked === 0, ...found };
    },
    erase: async ({ tenant, userId, reason, dryRun = false }) => {
      const context = { tenant, actor: { kind: 'system', id: OPERATOR }, via: 'cli:privacy erase' } as const;
      const erasures = container.get(UserErasures);
      // The server's own doings aren't noted; an operator's are.
      const noted = async (error: unknown): Promise<never> => {
        if (error instanceof DomainError) await noteOperator(context.via, tenant, userId, 'refused', error.kind);
        throw error;
      };
      if (dryRun) return { ...(await erasures.judge(context, { userId, reason }).catch(noted)), gone: false };
      const { outcome, position } = await erasures.erase(context, { userId, reason }).catch(noted);
      const gone = position === undefined || (await engine.waitFor(position, { timeoutMs: GONE_WITHIN_MS }));
      return { alreadySo: outcome.alreadySo, gone };
    },
    proof: container.get(ids.proofs),
    processes: container.get(ids.processes).map(({ name }) => name),
    parked: parkedTools(container, OPERATOR),
    personalRecords: container.get(PersonalRecords),
    noteLook: (tenant, userId) => noteOperator('cli:privacy export', tenant, userId, 'read', ''),
    close: async () => {
      await container.get(CommandPipeline).close(CLOSE_MS);
      await engine.stop();
      await close();
    },
  } satisfies Tools);
}
