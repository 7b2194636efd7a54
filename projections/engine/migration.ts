import type { MigrationInterface, QueryRunner } from 'typeorm';
import { ADD_COMPLETE_AT, CREATE_ENGINE_TABLES, DROP_ENGINE_TABLES } from './sql.js';

/**
 * Schema `read` and the engine's own tables. A projection's tables are not migrated: the engine makes them when it first
 * sees a version, and a change of shape is a new version.
 */
export class CreateProjectionEngine1764000000300 implements MigrationInterface {
  readonly name = 'CreateProjectionEngine1764000000300';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of CREATE_ENGINE_TABLES) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DROP_ENGINE_TABLES) await runner.query(statement);
  }
}

/** For databases whose tables were made without it. */
export class AddCompleteAt1764000000301 implements MigrationInterface {
  readonly name = 'AddCompleteAt1764000000301';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(ADD_COMPLETE_AT);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE IF EXISTS read.checkpoint DROP COLUMN IF EXISTS complete_at');
  }
}

export const projectionMigrations = [CreateProjectionEngine1764000000300, AddCompleteAt1764000000301] as const;
