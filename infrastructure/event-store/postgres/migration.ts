import { readFile } from 'node:fs/promises';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import type { MigrationClass } from '../../postgres/migrate.js';

async function execute(runner: QueryRunner, ...files: string[]): Promise<void> {
  for (const file of files) {
    await runner.query(await readFile(new URL(`./sql/${file}`, import.meta.url), 'utf8'));
  }
}

/** Schema `events`: the log, the store's identity, and the function that appends. */
export class CreateEventLog1700000001000 implements MigrationInterface {
  readonly name = 'CreateEventLog1700000001000';

  async up(runner: QueryRunner): Promise<void> {
    await execute(runner, 'schema.sql', 'store.sql', 'log.sql', 'append.sql');
  }

  /** The log is the only history there is: nothing that runs by itself may drop it. */
  down(): Promise<void> {
    return Promise.reject(new Error('the event log is not dropped by a migration'));
  }
}

export const eventLogMigrations: readonly MigrationClass[] = [CreateEventLog1700000001000];
