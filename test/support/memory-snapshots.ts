import type { Snapshot, Snapshots } from '../../application/ports/snapshots.js';

/** All of them, until they are dropped; a test may alter them, or have them away. */
export class MemorySnapshots implements Snapshots {
  rows: Snapshot[] = [];
  /** Everything rejects while it is set. */
  away = false;
  /** Runs before one is kept. */
  beforeKeep: () => Promise<void> | void = () => undefined;

  newest(stream: string, version: number, atMost: number): Promise<Snapshot | undefined> {
    return this.#there(() =>
      this.rows
        .filter((row) => row.stream === stream && row.version === version && row.revision <= atMost)
        .sort((a, b) => b.revision - a.revision)
        .at(0),
    );
  }

  async keep(snapshot: Snapshot): Promise<void> {
    await this.beforeKeep();
    await this.#there(() => this.rows.push(snapshot));
  }

  drop({ stream, version, revision }: Pick<Snapshot, 'stream' | 'version' | 'revision'>): Promise<void> {
    return this.#there(() => {
      this.rows = this.rows.filter(
        (row) => row.stream !== stream || row.version !== version || row.revision !== revision,
      );
    });
  }

  #there<T>(what: () => T): Promise<T> {
    return this.away ? Promise.reject(new Error('snapshots are away')) : Promise.resolve(what());
  }
}
