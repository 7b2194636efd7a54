import { readFile } from 'node:fs/promises';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import type { MigrationClass } from '../postgres/migrate.js';
import { ReserveIdsAmongLogins1700000006000 } from './reserve-ids-among-logins.js';

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

/**
 * Sessions end by a generation that is counted up, not by a time; tokens issued before have none, and go on. And from where
 * users came in.
 */
export class CountSessionGenerations1700000005000 implements MigrationInterface {
  readonly name = 'CountSessionGenerations1700000005000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(await readFile(new URL('./sessions.sql', import.meta.url), 'utf8'));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE system.ended_session, system.known_network');
    await runner.query('ALTER TABLE system.token_revocation DROP COLUMN generation, DROP COLUMN spared');
  }
}

/** Which ids are being registered. */
export class CreateRegistrationClaims1700000007000 implements MigrationInterface {
  readonly name = 'CreateRegistrationClaims1700000007000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(await readFile(new URL('./registration-claims.sql', import.meta.url), 'utf8'));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE system.registration_claim');
  }
}

/** States of long streams, which are disposable. */
export class CreateSnapshots1700000008000 implements MigrationInterface {
  readonly name = 'CreateSnapshots1700000008000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(await readFile(new URL('./snapshot.sql', import.meta.url), 'utf8'));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE system.snapshot');
  }
}

/** How far each participant of a conversation has read. */
export class CreateReadPositions1700000009000 implements MigrationInterface {
  readonly name = 'CreateReadPositions1700000009000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(await readFile(new URL('./read-positions.sql', import.meta.url), 'utf8'));
  }

  /** Who has read what can't be made again from the log. */
  down(): Promise<void> {
    return Promise.reject(new Error('the system tables are not dropped by a migration'));
  }
}

/** How far the processes have reacted to the log. */
export class CreateProcesses1700000010000 implements MigrationInterface {
  readonly name = 'CreateProcesses1700000010000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(await readFile(new URL('./processes.sql', import.meta.url), 'utf8'));
  }

  /** What was reacted to already can't be made again from the log. */
  down(): Promise<void> {
    return Promise.reject(new Error('the system tables are not dropped by a migration'));
  }
}

/** Phones that are being verified. */
export class CreatePhoneVerifications1700000011000 implements MigrationInterface {
  readonly name = 'CreatePhoneVerifications1700000011000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(await readFile(new URL('./phone-verifications.sql', import.meta.url), 'utf8'));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE system.phone_verification');
  }
}

/** What was signed of the log, and the hashes that proofs are made of. */
export class CreateSeals1700000012000 implements MigrationInterface {
  readonly name = 'CreateSeals1700000012000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(await readFile(new URL('./seals.sql', import.meta.url), 'utf8'));
  }

  /** What was signed once can't be signed again as of then. */
  down(): Promise<void> {
    return Promise.reject(new Error('the system tables are not dropped by a migration'));
  }
}

/** Who read, who was refused, who came in. */
export class CreateAccessLog1700000013000 implements MigrationInterface {
  readonly name = 'CreateAccessLog1700000013000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(await readFile(new URL('./access-log.sql', import.meta.url), 'utf8'));
  }

  /** What somebody did can't be made again from the log. */
  down(): Promise<void> {
    return Promise.reject(new Error('the system tables are not dropped by a migration'));
  }
}

/** Erasures of persons that are under way. */
export class CreateErasures1700000014000 implements MigrationInterface {
  readonly name = 'CreateErasures1700000014000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(await readFile(new URL('./erasures.sql', import.meta.url), 'utf8'));
  }

  /** Whose key is destroyed already, without an event that says so, nobody would know. */
  down(): Promise<void> {
    return Promise.reject(new Error('the system tables are not dropped by a migration'));
  }
}

/** Events that a projection or a process is never to do. */
export class CreateDiscardedEvents1700000015000 implements MigrationInterface {
  readonly name = 'CreateDiscardedEvents1700000015000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(await readFile(new URL('./discarded.sql', import.meta.url), 'utf8'));
  }

  /** What somebody decided can't be made again from the log. */
  down(): Promise<void> {
    return Promise.reject(new Error('the system tables are not dropped by a migration'));
  }
}

export const systemMigrations: readonly MigrationClass[] = [
  CreateSystemTables1700000003000,
  CreateTokenRevocations1700000004000,
  CountSessionGenerations1700000005000,
  ReserveIdsAmongLogins1700000006000,
  CreateRegistrationClaims1700000007000,
  CreateSnapshots1700000008000,
  CreateReadPositions1700000009000,
  CreateProcesses1700000010000,
  CreatePhoneVerifications1700000011000,
  CreateSeals1700000012000,
  CreateAccessLog1700000013000,
  CreateErasures1700000014000,
  CreateDiscardedEvents1700000015000,
];
