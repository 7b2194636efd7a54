import { type FileHandle, mkdir, open, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { EventStore, Position, StoredEvent } from '../../application/ports/event-store.js';
import { isPositionOf } from '../../application/ports/positions.js';
import { type Exported, type ExportRequest, NoProof } from '../../application/ports/proof-tools.js';
import type { Seal, Seals } from '../../application/ports/seals.js';
import { WrongWords } from '../../application/ports/wrong-words.js';
import { HASH_BYTES } from '../../application/seals/merkle.js';
import { TILE_WIDTH } from '../../application/seals/tiles.js';
import { hashOf, splitHash } from '../serialization/hash-chain.js';
import { cloudEvent, sourceOf } from './cloud-event.js';
import { choice } from './export-choice.js';
import { leafOf } from './leaf.js';
import { shareOfLog } from './share-of-log.js';
import { TileProofs } from './tile-proofs.js';

const FORMAT = 'parley-export-1';

/** Written at once, bytes; and how often it is noted how far the export is, ms. */
const CHUNK = 1_000_000;
const NOTE_MS = 2_000;
/** Quick rather than small: what encrypted fields there are can't be made smaller. */
const COMPRESSION = { level: 3 };
const SEALS_PAGE = 1_000;
const TILES_PAGE = 256;

/** Where an export goes on that was stopped. */
interface Mark {
  /** Position of the last event that was read, '' before the first. */
  readonly after: string;
  /** Events read. */
  readonly index: number;
  readonly unsealed: number;
  readonly eventBytes: number;
  readonly proofBytes: number;
  /** Where the log ended when it began. */
  readonly head: string;
}

/** `manifest.json`, which a verifier reads. */
interface Manifest {
  readonly format: typeof FORMAT;
  readonly origin: string;
  /** `name+id+key` */
  readonly key: string | undefined;
  /** All events, not a part of them. */
  readonly whole: boolean;
  /** Events under the checkpoint. */
  readonly size: number;
  /** Lines. */
  readonly events: number;
  readonly gzip: boolean;
  /** What was asked for. */
  readonly asked: object;
  readonly complete: boolean;
  readonly mark?: Mark;
}

export interface ExportOptions {
  readonly store: EventStore;
  readonly seals: Seals;
  readonly key: string | undefined;
  readonly originOf: (seal: Seal) => string;
  /** How often it is noted how far the export is, ms; default 2,000. */
  readonly noteMs?: number;
}

/**
 * Writes the log, or a part of it, to a folder: events as CloudEvents, one JSON object a line; of a whole log the leaves as
 * they were sealed, of a part the proof of each event; the checkpoints. One that was stopped goes on where it stood.
 *
 * @throws WrongWords when the folder holds another export, NoProof when nothing is sealed, EventStoreUnavailable,
 * DatabaseUnavailable, and what the file system fails with
 */
export async function exportLog(request: ExportRequest, options: ExportOptions): Promise<Exported> {
  const { store, seals, key, originOf, noteMs = NOTE_MS } = options;
  const { folder, gzip: compress, onProgress, signal, ...asked } = request;
  const { isChosen, isWhole } = choice(asked);
  await mkdir(folder, { recursive: true });
  const path = join(folder, 'manifest.json');
  const before = await manifestIn(path);
  const wanted = JSON.stringify({ ...asked, gzip: compress });
  if (before !== undefined && JSON.stringify({ ...before.asked, gzip: before.gzip }) !== wanted)
    throw new WrongWords(`${folder} holds another export: name a folder of its own.`);
  if (before?.complete) throw new WrongWords(`${folder} holds this export already, whole.`);
  const seal = await sealFor(request, before, seals);
  const origin = originOf(seal);
  const source = sourceOf(origin);
  const mark = before?.mark;
  const head = mark?.head ?? (await store.head()) ?? '';
  const suffix = compress ? '.ndjson.gz' : '.ndjson';
  const events = await Part.open(join(folder, `events${suffix}`), compress, mark?.eventBytes ?? 0);
  const proofs = isWhole
    ? undefined
    : await Part.open(join(folder, `proofs${suffix}`), compress, mark?.proofBytes ?? 0);
  const proving = new Proving(seals, seal.size);
  const shareAt = await shareOfLog(store);
  // Of a log that came from another store since, the sealed events are told by counting.
  const bookmark = isPositionOf(seal.bookmark, store.identity) ? seal.bookmark : undefined;
  let lines = before?.events ?? 0;
  let after = mark?.after ?? '';
  let index = mark?.index ?? 0;
  let unsealed = mark?.unsealed ?? 0;
  const note = async (complete: boolean): Promise<void> => {
    await events.flush();
    await proofs?.flush();
    const now: Mark = { after, index, unsealed, head, eventBytes: events.bytes, proofBytes: proofs?.bytes ?? 0 };
    const manifest: Manifest = {
      format: FORMAT,
      origin,
      key,
      whole: isWhole,
      size: seal.size,
      events: lines,
      gzip: compress,
      asked,
      complete,
      ...(complete ? {} : { mark: now }),
    };
    await replaceFile(path, `${JSON.stringify(manifest, undefined, 2)}\n`);
  };
  const take = async (event: StoredEvent): Promise<boolean> => {
    const isSealed = bookmark === undefined ? index < seal.size : event.position <= bookmark;
    if (event.position > head || (request.asOf !== undefined && !isSealed)) return false;
    if (isChosen(event)) {
      if (proofs !== undefined) proofs.write(isSealed ? await proving.line(event, index) : '{"unsealed":true}');
      events.write(cloudEvent(event, isSealed ? index : undefined, source));
      lines++;
      if (!isSealed) unsealed++;
    }
    after = event.position;
    index++;
    return true;
  };
  try {
    let noted = performance.now();
    const log = store.readAll(after === '' ? {} : { after: after as Position });
    reading: for await (const batch of log) {
      for (const event of batch) if (!(await take(event))) break reading;
      if (events.waiting > CHUNK) await events.send();
      if (proofs !== undefined && proofs.waiting > CHUNK) await proofs.send();
      onProgress(shareAt(after === '' ? undefined : after), lines);
      signal.throwIfAborted();
      if (performance.now() - noted < noteMs) continue;
      await note(false);
      noted = performance.now();
    }
    if (isWhole) await writeLeaves(join(folder, 'leaves'), seals, seal.size, signal);
    await writeCheckpoints(join(folder, 'checkpoints'), seals, seal.size, signal);
    await note(true);
  } finally {
    await events.close();
    await proofs?.close();
  }
  return { events: lines, unsealed, size: seal.size, whole: isWhole, resumed: mark !== undefined };
}

/** The seal that the export is under: the newest, or the newest as of then. @throws NoProof */
async function sealFor({ asOf }: ExportRequest, before: Manifest | undefined, seals: Seals): Promise<Seal> {
  const seal =
    before !== undefined
      ? await seals.last(before.size)
      : asOf === undefined
        ? await seals.last()
        : 'size' in asOf
          ? await seals.last(asOf.size)
          : await seals.lastBefore(asOf.time);
  if (seal === undefined) throw new NoProof('Nothing was sealed by then: run `parley audit seal`.');
  return seal;
}

/** A file of lines, written in chunks; compressed ones are whole by themselves, so that it can be cut behind any. */
class Part {
  private writing: Promise<void> = Promise.resolve();
  /** What waits; the other one is being written meanwhile. */
  private pending = Buffer.allocUnsafeSlow(2 * CHUNK);
  private other = Buffer.allocUnsafeSlow(2 * CHUNK);
  /** Bytes that wait. */
  waiting = 0;

  private constructor(
    private readonly file: FileHandle,
    private readonly compress: boolean,
    /** Written so far. */
    public bytes: number,
  ) {}

  /** Forgets what was written behind `bytes`. */
  static async open(path: string, compress: boolean, bytes: number): Promise<Part> {
    const file = await open(path, bytes === 0 ? 'w' : 'r+');
    await file.truncate(bytes);
    return new Part(file, compress, bytes);
  }

  write(line: string): void {
    const end = this.waiting + Buffer.byteLength(line) + 1;
    if (end > this.pending.length) {
      const wider = Buffer.allocUnsafeSlow(2 * end);
      this.pending.copy(wider, 0, 0, this.waiting);
      this.pending = wider;
    }
    this.pending.write(line, this.waiting);
    this.pending[end - 1] = 0x0a; // \n
    this.waiting = end;
  }

  /** Hands over what waits, when what was handed over before has been written. */
  async send(): Promise<void> {
    await this.writing;
    if (this.waiting === 0) return;
    const lines = this.pending.subarray(0, this.waiting);
    [this.pending, this.other] = [this.other, this.pending];
    this.waiting = 0;
    this.writing = this.append(lines);
    this.writing.catch(() => undefined); // Reported by whoever waits for it next.
  }

  private async append(lines: Buffer): Promise<void> {
    const bytes = this.compress ? await promisify(gzip)(lines, COMPRESSION) : lines;
    for (let at = 0; at < bytes.length;)
      at += (await this.file.write(bytes, at, bytes.length - at, this.bytes + at)).bytesWritten;
    this.bytes += bytes.length;
  }

  async flush(): Promise<void> {
    await this.send();
    await this.writing;
    await this.file.datasync();
  }

  async close(): Promise<void> {
    await this.writing.catch(() => undefined);
    await this.file.close();
  }
}

/** Proofs of events as they come in the log. */
class Proving {
  private readonly proofs: TileProofs;
  /** By how much events stand further in front than when they were sealed: as many as were removed before them. */
  private shift = 0;

  constructor(
    private readonly seals: Seals,
    private readonly size: number,
  ) {
    this.proofs = new TileProofs(seals);
  }

  async line(event: StoredEvent, at: number): Promise<string> {
    const split = splitHash(event.metadata);
    const leaf = leafOf(hashOf({ ...event, unhashedMetadata: split?.unhashedMetadata ?? event.metadata }));
    let index = Math.min(at + this.shift, this.size - 1);
    if (!(await this.proofs.leaf(index))?.equals(leaf)) {
      const tile = await this.seals.leafTileWith(leaf);
      for (let place = 0; tile !== undefined && place < TILE_WIDTH; place++)
        if ((await this.proofs.leaf(tile * TILE_WIDTH + place))?.equals(leaf)) index = tile * TILE_WIDTH + place;
      this.shift = index - at;
    }
    const hashes = await this.proofs.inclusion(index, this.size);
    return JSON.stringify({ index, hashes: hashes.map((hash) => hash.toString('base64')) });
  }
}

/** As they were sealed. */
async function writeLeaves(path: string, seals: Seals, size: number, signal: AbortSignal): Promise<void> {
  const file = await open(path, 'w');
  try {
    for (let tile = 0; tile * TILE_WIDTH < size; tile += TILES_PAGE) {
      signal.throwIfAborted();
      for (const { index, hashes } of await seals.leafTiles(tile, TILES_PAGE)) {
        const from = index * TILE_WIDTH;
        const count = Math.min(hashes.length, (size - from) * HASH_BYTES);
        if (index < tile + TILES_PAGE && count > 0) await file.write(hashes, 0, count, from * HASH_BYTES);
      }
    }
    await file.datasync();
  } finally {
    await file.close();
  }
}

async function writeCheckpoints(path: string, seals: Seals, size: number, signal: AbortSignal): Promise<void> {
  const file = await open(path, 'w');
  try {
    for (let after = 0; ;) {
      signal.throwIfAborted();
      const page = (await seals.page(after, SEALS_PAGE)).filter((seal) => seal.size <= size);
      const last = page.at(-1);
      if (last === undefined) break;
      await file.writeFile(page.map(({ checkpoint }) => `${checkpoint}\n`).join(''));
      after = last.size;
    }
    await file.datasync();
  } finally {
    await file.close();
  }
}

async function manifestIn(path: string): Promise<Manifest | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  const manifest = JSON.parse(text) as Manifest;
  if (manifest.format !== FORMAT) throw new WrongWords(`${path} is of another format.`);
  return manifest;
}

/** Readers see the old text or the new one, never a part. */
async function replaceFile(path: string, text: string): Promise<void> {
  await writeFile(`${path}.tmp`, text);
  await rename(`${path}.tmp`, path);
}
