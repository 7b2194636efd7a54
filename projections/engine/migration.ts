import type { MigrationInterface, QueryRunner } from 'typeorm';
import {
  ADD_APART,
  ADD_COMPLETE_AT,
  ADD_STANDBY,
  CREATE_ENGINE_TABLES,
  DROP_ENGINE_TABLES,
  DROP_STANDBY,
} from './sql.js';

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

/** For databases whose tables were made without them. */
export class AddStandby1764000000302 implements MigrationInterface {
  readonly name = 'AddStandby1764000000302';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of ADD_STANDBY) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DROP_STANDBY) await runner.query(statement);
  }
}

/** For databases whose tables were made without it. */
export class AddApart1764000000303 implements MigrationInterface {
  readonly name = 'AddApart1764000000303';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(ADD_APART);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE IF EXISTS read.checkpoint DROP COLUMN IF EXISTS apart');
  }
}

export const projectionMigrations = [
  CreateProjectionEngine1764000000300,
  AddCompleteAt1764000000301,
  AddStandby1764000000302,
  AddApart1764000000303,
] as const;
