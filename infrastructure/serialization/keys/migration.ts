import { readFile } from 'node:fs/promises';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import type { MigrationClass } from '../../postgres/migrate.js';

/** Tables `system.data_key` and `system.master_key_check`. */
export class CreateDataKeys1700000002000 implements MigrationInterface {
  readonly name = 'CreateDataKeys1700000002000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(await readFile(new URL('./schema.sql', import.meta.url), 'utf8'));
  }

  /** Nothing that was encrypted could be read again. */
  down(): Promise<void> {
    return Promise.reject(new Error('data keys are not dropped by a migration'));
  }
}

/** Table `system.lost_key`. */
export class CreateLostKeys1700000002100 implements MigrationInterface {
  readonly name = 'CreateLostKeys1700000002100';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(await readFile(new URL('./lost-keys.sql', import.meta.url), 'utf8'));
  }

  /** It says for ever who gave up what. */
  down(): Promise<void> {
    return Promise.reject(new Error('the record of lost keys is not dropped by a migration'));
  }
}

/** Who was erased of late is found by an index. */
export class FindErasedKeys1700000002200 implements MigrationInterface {
  readonly name = 'FindErasedKeys1700000002200';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(await readFile(new URL('./erased-keys.sql', import.meta.url), 'utf8'));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX system.data_key_erased_at');
  }
}

export const dataKeyMigrations: readonly MigrationClass[] = [
  CreateDataKeys1700000002000,
  CreateLostKeys1700000002100,
  FindErasedKeys1700000002200,
];
