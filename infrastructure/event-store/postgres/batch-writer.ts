import { setMaxListeners } from 'node:events';
import type pg from 'pg';
import type { Append, AppendResult, StoredEvent } from '../../../application/ports/event-store.js';
import { EventRefused, EventStoreClosed, WritesRefused } from '../../../application/ports/event-store.js';
import type { Logger } from '../../../application/ports/logger.js';
import { isDiskFull } from '../../disk-full.js';
import type { AppendTroubles } from '../append-troubles.js';
import { OutcomeUnknown, settle } from '../settle.js';
import { APPEND_STATEMENT, batchParameters, batchResults, type AppendRow } from './batch.js';
import { liesInTheBytes } from './failures.js';
import { query } from './session.js';

/** Bytes of text in one batch, reached by bulk writes only; an append is at most 900 KiB. */
const MAX_BATCH_BYTES = 2 * 1024 * 1024;
const MAX_BATCH_APPENDS = 512;

export interface BatchWriterOptions {
  readonly pool: pg.Pool;
  readonly identity: string;
  readonly log: Logger;
  readonly deadlineMs: number;
  readonly batchesInFlight: number;
  readonly readAt: (stream: string, revision: number) => Promise<StoredEvent | undefined>;
  /** Called when something was written. */
  readonly written: () => void;
  readonly troubles: AppendTroubles;
  /** Is told of each batch that the server has answered. */
  readonly onBatch?: ((appends: number, seconds: number) => void) | undefined;
}

interface Waiting {
  readonly append: Append;
  readonly bytes: number;
  readonly resolve: (result: AppendResult) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Group commit: appends that arrive while a batch is under way wait and go together into the next one. So one round trip,
 * one lock and one flush of the log to disk serve as many appends as there are waiting.
 *
 * A stream in a batch that is under way, or being settled, is held: its later appends may be chained to what is not yet
 * decided.
 */
export class BatchWriter {
  private waiting: Waiting[] = [];
  private readonly held = new Set<string>();
  private inFlight = 0;
  private scheduled = false;
  private readonly closing = new AbortController();
  private idle: (() => void) | undefined;
  private readonly prepared = new WeakSet<pg.PoolClient>();

  constructor(private readonly options: BatchWriterOptions) {
    // Every append that is being settled listens to it.
    setMaxListeners(0, this.closing.signal);
  }

  append(append: Append, bytes: number): Promise<AppendResult> {
    if (this.closing.signal.aborted) return Promise.reject(closed());
    return new Promise((resolve, reject) => {
      this.waiting.push({ append, bytes, resolve, reject });
      this.schedule();
    });
  }

  /** Rejects what waits, and waits (at most the deadline) for the answers to what was sent. */
  async close(): Promise<void> {
    this.closing.abort();
    for (const { reject } of this.waiting.splice(0)) reject(closed());
    if (this.inFlight > 0) await new Promise<void>((resolve) => (this.idle = resolve));
  }

  /** Later in this turn of the event loop, so that callers who were answered together are written together again. */
  private schedule(): void {
    if (this.scheduled || this.inFlight >= this.options.batchesInFlight) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      while (this.inFlight < this.options.batchesInFlight) {
        const batch = this.takeBatch();
        if (batch.length === 0) return;
        void this.run(batch);
      }
    });
  }

  /** In order of arrival; an append that must wait keeps its stream's later ones waiting too. */
  private takeBatch(): Waiting[] {
    const batch: Waiting[] = [];
    const left: Waiting[] = [];
    const chainEnds = new Map<string, number>();
    const passedOver = new Set<string>();
    let bytes = 0;
    let index = 0;
    for (; index < this.waiting.length; index += 1) {
      const next = this.waiting[index];
      if (next === undefined) break;
      const { stream, expectedRevision, events } = next.append;
      if (batch.length >= MAX_BATCH_APPENDS || (batch.length > 0 && bytes + next.bytes > MAX_BATCH_BYTES)) break;
      const chainEnd = chainEnds.get(stream);
      if (
        this.held.has(stream) ||
        passedOver.has(stream) ||
        (chainEnd !== undefined && chainEnd !== expectedRevision)
      ) {
        passedOver.add(stream);
        left.push(next);
        continue;
      }
      chainEnds.set(stream, expectedRevision + events.length);
      bytes += next.bytes;
      batch.push(next);
    }
    if (left.length === 0) this.waiting.splice(0, index);
    else this.waiting = left.concat(this.waiting.slice(index));
    return batch;
  }

  private async run(batch: readonly Waiting[]): Promise<void> {
    const appends = batch.map(({ append }) => append);
    for (const { stream } of appends) this.held.add(stream);
    this.inFlight += 1;
    try {
      const begun = performance.now();
      const results = await this.send(appends);
      this.options.onBatch?.(appends.length, (performance.now() - begun) / 1_000);
      for (const { stream } of appends) this.held.delete(stream);
      batch.forEach(({ resolve }, index) => {
        resolve(results[index] as AppendResult);
      });
    } catch (error) {
      if (isDiskFull(error)) {
        this.refuse(batch, error);
        return;
      }
      this.options.log.warn(
        { err: error, appends: batch.length },
        'a batch of appends failed, sending them one by one',
      );
      const chains = new Map<string, Waiting[]>();
      for (const one of batch) chains.set(one.append.stream, [...(chains.get(one.append.stream) ?? []), one]);
      for (const chain of chains.values()) void this.settleChain(chain, error);
    } finally {
      this.inFlight -= 1;
      this.schedule();
      if (this.inFlight === 0) this.idle?.();
    }
  }

  /** The server's answer to the first attempt: none of them was written. */
  private refuse(batch: readonly Waiting[], cause: unknown): void {
    this.options.troubles.refused('diskFull');
    for (const { append } of batch) this.held.delete(append.stream);
    for (const { reject } of batch) reject(diskFull(cause));
  }

  /** One stream's appends in turn: each may expect what the one before leaves. */
  private async settleChain(chain: readonly Waiting[], cause: unknown): Promise<void> {
    for (const { append, resolve, reject } of chain) {
      const { stream, expectedRevision, events } = append;
      let sentInBatch = true;
      try {
        resolve(
          await settle({
            send: () => {
              if (!sentInBatch) return this.sendAlone(append);
              sentInBatch = false;
              return Promise.reject(new OutcomeUnknown('the batch failed', { cause }));
            },
            readAt: (revision) => this.options.readAt(stream, revision),
            ids: events.map(({ id }) => id),
            expectedRevision,
            closed: this.closing.signal,
            log: this.options.log,
            troubles: this.options.troubles,
          }),
        );
      } catch (error) {
        reject(error instanceof Error ? error : new Error('append failed', { cause: error }));
      }
    }
    const first = chain[0];
    if (first) this.held.delete(first.append.stream);
    this.schedule();
  }

  private async sendAlone(append: Append): Promise<AppendResult> {
    try {
      const [result] = await this.send([append]);
      return result as AppendResult;
    } catch (error) {
      if (isDiskFull(error)) throw diskFull(error);
      if (liesInTheBytes(error)) throw new EventRefused('PostgreSQL can not store this append', { cause: error });
      throw error;
    }
  }

  private async send(appends: readonly Append[]): Promise<AppendResult[]> {
    const { pool, identity, deadlineMs, written, troubles } = this.options;
    const config = { ...APPEND_STATEMENT, values: batchParameters(appends) };
    const [row] = await query<AppendRow>(pool, config, deadlineMs, (client) => this.prepare(client));
    if (row === undefined) throw new Error('events.append answered nothing');
    const results = batchResults(identity, appends, row);
    if (row[0] !== null || results.some(({ kind }) => kind === 'appended')) {
      written();
      troubles.written();
    }
    return results;
  }

  /**
   * Between a statement's execution and its commit the server waits for one more message (Sync). Should this process be
   * stopped just between the two, the server ends the transaction, and with it the lock, by itself (PostgreSQL 17 on).
   */
  private async prepare(client: pg.PoolClient): Promise<void> {
    if (this.prepared.has(client)) return;
    await client.query("SELECT set_config(name, $1, false) FROM pg_settings WHERE name = 'transaction_timeout'", [
      String(2 * this.options.deadlineMs),
    ]);
    this.prepared.add(client);
  }
}

const closed = (): EventStoreClosed => new EventStoreClosed('event store is closed');

const diskFull = (cause: unknown): WritesRefused =>
  new WritesRefused('diskFull', 'PostgreSQL has no room for an append', { cause });
