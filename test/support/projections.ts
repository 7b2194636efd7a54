import type pg from 'pg';
import type { Envelope, EventSerializer } from '../../application/ports/envelope.js';
import type { EventStore } from '../../application/ports/event-store.js';
import type { DomainEvent } from '../../domain/shared/event.js';
import type { Logger } from '../../application/ports/logger.js';
import { eventLogMigrations } from '../../infrastructure/event-store/postgres/migration.js';
import { systemMigrations } from '../../infrastructure/system/migration.js';
import { makePool } from '../../infrastructure/postgres/pool.js';
import { migrate } from '../../infrastructure/postgres/migrate.js';
import { ProjectionEngine } from '../../projections/engine/engine.js';
import { projectionMigrations } from '../../projections/engine/migration.js';
import { physicalTables, tablesOf, type ProjectedEvent, type Projection } from '../../projections/engine/projection.js';
import { LetterStatements } from '../../projections/engine/transaction.js';
import { projections as allProjections } from '../../projections/index.js';
import { plainSerializer, type ArrayEventStore } from './array-event-store.js';
import { filledDatabase, preparedDatabase, type TestDatabase } from './postgres.js';
import { silentLogger } from './silent-logger.js';

/** A database with the engine's tables, and engines on it as processes would have them, each with its own pool. */
export class ProjectionBench {
  private readonly engines = new Set<ProjectionEngine>();
  private readonly pools: pg.Pool[] = [];

  private constructor(
    readonly database: TestDatabase,
    readonly pool: pg.Pool,
  ) {}

  /** @param withTables those of all projections are there as well, which an engine would make at its start */
  static async open(withTables = false): Promise<ProjectionBench> {
    const database = withTables
      ? await preparedDatabase('projections')
      : await filledDatabase('projections', 'bench', (url) =>
          migrate(url, [...eventLogMigrations, ...projectionMigrations, ...systemMigrations]),
        );
    return new ProjectionBench(database, makePool({ url: database.url, max: 4, name: 'test', log: silentLogger }));
  }

  engine(
    store: EventStore,
    {
      projections = allProjections,
      log = silentLogger,
      serializer = plainSerializer,
      lockUrl = this.database.url,
    }: {
      projections?: readonly Projection[];
      log?: Logger;
      serializer?: Pick<EventSerializer, 'open'>;
      lockUrl?: string;
    } = {},
  ): ProjectionEngine {
    const pool = makePool({ url: this.database.url, max: 5, name: 'test projections', log: silentLogger });
    const feedPool = makePool({
      url: this.database.url,
      // A server has one for each projection; of hundreds of engines they would be what takes most of the time.
      max: Math.min(projections.length, 3),
      name: 'test projections feed',
      log: silentLogger,
      pipeline: true,
    });
    this.pools.push(pool, feedPool);
    const engine = new ProjectionEngine({
      store,
      serializer,
      pool,
      feedPool,
      lockUrl,
      projections,
      log,
      leadRetryMs: 30,
      lookMs: 100,
    });
    this.engines.add(engine);
    return engine;
  }

  async rows<Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.pool.query<Row>(text, values)).rows;
  }

  /** All rows of a view as text, in a fixed order. */
  async dump(view: string): Promise<string[]> {
    const rows = await this.rows<{ row: string }>(`SELECT v::text COLLATE "C" AS row FROM read.${view} v ORDER BY 1`);
    return rows.map(({ row }) => row);
  }

  /** What an engine does with a batch, without its fence: so a batch can be delivered twice. */
  async deliver(batch: readonly ProjectedEvent[], projections: readonly Projection[] = allProjections): Promise<void> {
    const client = await this.pool.connect();
    try {
      for (const projection of projections) {
        const handled = batch.filter(({ event }) => projection.handles[event.type] !== undefined);
        const tables = tablesOf(projection, 'a');
        const statements = new LetterStatements(client, tables.base);
        if (handled.length > 0) await projection.apply(handled, tables, statements);
        await statements.answered();
      }
    } finally {
      client.release();
    }
  }

  async truncate(projections: readonly Projection[] = allProjections): Promise<void> {
    const all = projections.flatMap((projection) => physicalTables(projection, tablesOf(projection, 'a')));
    await this.pool.query(`DELETE FROM ${all.join('; DELETE FROM ')}`);
  }

  async close(): Promise<void> {
    for (const engine of this.engines) await engine.stop();
    for (const pool of [...this.pools, this.pool]) await pool.end();
    await this.database.drop();
  }
}

/** A log as projections are given it. */
export const projectedFrom = (store: ArrayEventStore): ProjectedEvent[] =>
  store.log.map((stored) => {
    const envelope = JSON.parse(stored.metadata) as Envelope;
    const { tenant, occurredAt } = envelope;
    const event = { type: stored.type, data: JSON.parse(stored.data) as object } as DomainEvent;
    return { tenant, stream: stored.stream, revision: stored.revision, occurredAt, envelope, event };
  });
