import type { MigrationInterface, QueryRunner } from 'typeorm';
import { CREATE_ENGINE_TABLES, DROP_ENGINE_TABLES } from './sql.js';

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

export const projectionMigrations = [CreateProjectionEngine1764000000300] as const;
