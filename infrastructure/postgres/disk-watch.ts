import type pg from 'pg';
import type { Logger } from '../../application/ports/logger.js';
import type { Storage } from '../../application/ports/storage.js';
import { isDiskFull, roomAt } from '../disk-full.js';

/**
 * PostgreSQL stops with a PANIC, reads and all, when its log needs its next segment (16 MiB) and there is no room. So with
 * less than two of them left nothing is written any more. Bytes.
 */
const LEAST_ROOM = 32 * 1024 * 1024;
/** A full disk has room again from here on: a segment that a checkpoint gave back isn't worth taking commands for. Bytes. */
const ROOM_AGAIN = 48 * 1024 * 1024;

/** Between two looks, ms: at a disk with room, and at a full one. */
const LOOK_MS = { room: 5_000, full: 1_000 } as const;

/** Three megabytes that don't fit into this session's memory, so they go to the disk and are deleted again. */
const PROBE = { text: 'SELECT count(*) FROM generate_series(1, 100000)' };
/** For the session of the probe. */
export const PROBE_SETTINGS = { work_mem: '64kB' } as const;

export interface DiskWatchOptions {
  /** Of one connection at least, with `PROBE_SETTINGS`. */
  readonly pool: pg.Pool;
  /** Where the database's files are, if that is on this machine. */
  readonly folder: string | undefined;
  readonly log: Logger;
}

/** Knows whether the database's disk is full, also while nobody writes. */
export class DiskWatch implements Storage {
  #full: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(private readonly options: DiskWatchOptions) {}

  get isFull(): boolean {
    return this.#full !== undefined;
  }

  /** For the operator; none while there is room. */
  troubles(): readonly string[] {
    return this.#full === undefined ? [] : [this.#full];
  }

  /** The first look is over when it resolves. */
  async start(): Promise<void> {
    await this.#look();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  async #look(): Promise<void> {
    this.#say(await this.#found());
    if (this.#stopped) return;
    this.#timer = setTimeout(() => void this.#look(), this.isFull ? LOOK_MS.full : LOOK_MS.room);
    this.#timer.unref();
  }

  #say(full: string | undefined): void {
    if ((full === undefined) === (this.#full === undefined)) return;
    this.#full = full;
    if (full === undefined) this.options.log.info({}, 'the disk has room again, commands are taken');
    else this.options.log.error({ folder: this.options.folder }, `${full}; commands are refused until there is room`);
  }

  /** Why it counts as full. */
  async #found(): Promise<string | undefined> {
    const { pool, folder } = this.options;
    const left = folder === undefined ? undefined : await roomAt(folder);
    if (left !== undefined && left < (this.isFull ? ROOM_AGAIN : LEAST_ROOM))
      return `the database's disk is full (${Math.floor(left / 1024 / 1024).toString()} MiB left)`;
    try {
      await pool.query(PROBE);
      return undefined;
    } catch (error) {
      // Of a database that doesn't answer nothing new is known, unless there is visibly room.
      if (isDiskFull(error)) return "the database's disk is full";
      return left === undefined ? this.#full : undefined;
    }
  }
}
