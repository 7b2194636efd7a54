import { readFile } from 'node:fs/promises';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import type { MigrationClass } from '../postgres/migrate.js';

/** Idempotency rows, reservations, credentials and the number sequence in schema `system`. */
export class CreateSystemTables1700000003000 implements MigrationInterface {
  readonly name = 'CreateSystemTables1700000003000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(await readFile(new URL('./schema.sql', import.meta.url), 'utf8'));
  }

  /** Logins and numbers can't be made again from the log. */
  down(): Promise<void> {
    return Promise.reject(new Error('the system tables are not dropped by a migration'));
  }
}

/** Logouts: which tokens are void before they expire. */
export class CreateTokenRevocations1700000004000 implements MigrationInterface {
  readonly name = 'CreateTokenRevocations1700000004000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(await readFile(new URL('./token-revocations.sql', import.meta.url), 'utf8'));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE system.token_revocation');
  }
}

export const systemMigrations: readonly MigrationClass[] = [
  CreateSystemTables1700000003000,
  CreateTokenRevocations1700000004000,
];
