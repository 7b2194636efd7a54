import 'reflect-metadata';
import { AccessNotes } from '../application/audit/access-notes.js';
import { NamedUserRegistration } from '../application/commands/named-user-registration.js';
import { CommandPipeline } from '../application/commands/pipeline.js';
import type { Logger } from '../application/ports/logger.js';
import { ProcessRunner } from '../application/processes/runner.js';
import { type Apps, apis, appsOf } from './composition/apis.js';
import { CLOSE_MS, endsWithin } from './composition/closing.js';
import { openHouse } from './composition/house.js';
import { ids } from './composition/identifiers.js';
import { processes as processModule } from './composition/processes.js';
import { openSealer } from './composition/seals.js';
import { sourcesOf } from './composition/telemetry.js';
import type { Config } from './config/config.js';
import type { Database } from './database.js';
import { ErasureWatch } from './erasure-watch.js';
import { type Patience, untilThere } from './patience.js';
import type { ServerTelemetry } from './telemetry/open.js';
import type { Sources } from './telemetry/prometheus.js';

export { openTools } from './composition/tools.js';

/** The server, all but listening. */
export interface Parley extends Apps {
  /** What metrics are looked up in. */
  readonly sources: Sources;
  /** Ends what is under way (bounded), then closes everything, the embedded database last. */
  close(): Promise<void>;
}

/** How long the start waits for app admins and auditors to be users, ms; the rest comes when it can. */
const NAMED_WITHIN_MS = 3_000;

/** How long commands under way may take when the server stops, ms. */
const GRACE_MS = 5_000;

/**
 * @param patience waits for servers that run elsewhere until they are there; without it they have to be.
 * @throws ConfigInvalid, EmbeddedPostgresError, DatabaseUnreachable, WrongMasterKey, EventStoreUnavailable, StartCancelled
 */
export async function openParley(
  config: Config,
  log: Logger,
  patience?: Patience,
  opening?: Promise<Database>,
  telemetry?: ServerTelemetry,
): Promise<Parley> {
  const { container, close } = await openHouse(config, log, { share: false, patience, opening, telemetry });
  try {
    container.load(processModule, ...apis);
    const engine = container.get(ids.projections);
    const processes = container.get(ProcessRunner);
    // Both before anything is written here.
    const { roles } = config;
    const start = async (): Promise<void> => {
      await engine.start({ leads: roles.has('projections'), answers: roles.has('api') });
      if (roles.has('processes')) await processes.start();
    };
    await (patience === undefined ? start() : untilThere('PostgreSQL', start, patience));
    const sealer = roles.has('processes') ? await openSealer(container) : undefined;
    sealer?.start();
    const disk = container.get(ids.disk);
    await disk.start();
    const expiring = [
      ids.ledger,
      ids.reservations,
      ids.claims,
      ids.networks,
      ids.sessions,
      ids.phoneVerifications,
    ] as const;
    const housekeeping = startHousekeeping(
      expiring.map((id) => container.get<Expiring>(id)),
      log,
    );
    const erasures = container.get(ErasureWatch);
    erasures.start();
    const stopping = new AbortController();
    const named = !roles.has('api')
      ? []
      : [
          ...config.appAdmins.map((user) => ({ ...user, by: 'PARLEY_APP_ADMINS' as const })),
          ...config.auditors.map((user) => ({ ...user, by: 'PARLEY_AUDITORS' as const })),
        ];
    await endsWithin(NAMED_WITHIN_MS, container.get(NamedUserRegistration).make(named, stopping.signal));
    const apps = appsOf(container, config);
    return {
      ...apps,
      sources: sourcesOf(container, config, apps),
      close: async () => {
        housekeeping.stop();
        await endsWithin(CLOSE_MS, erasures.stop());
        disk.stop();
        stopping.abort();
        if (!(await endsWithin(CLOSE_MS, processes.stop()))) log.warn({}, 'stopping with processes under way');
        if (sealer !== undefined && !(await endsWithin(CLOSE_MS, sealer.stop())))
          log.warn({}, 'stopping with a seal under way');
        if (!(await container.get(CommandPipeline).close(GRACE_MS))) log.warn({}, 'stopping with commands under way');
        if (!(await endsWithin(CLOSE_MS, engine.stop())))
          log.warn({}, 'stopping with a batch of projections under way');
        await endsWithin(CLOSE_MS, container.get(AccessNotes).close());
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A table with rows that are of no use after a while. */
interface Expiring {
  purgeExpired(): Promise<number>;
}

/** Forgets idempotency keys and reserved ids a day after they were made, and whatever else has had its time. */
function startHousekeeping(tables: readonly Expiring[], log: Logger): { stop(): void } {
  const timer = setInterval(() => {
    Promise.all(tables.map((table) => table.purgeExpired())).catch((error: unknown) => {
      log.warn({ err: error }, 'expired idempotency keys and the like were not purged; tried again in an hour');
    });
  }, 3_600_000);
  timer.unref();
  return {
    stop: () => {
      clearInterval(timer);
    },
  };
}
