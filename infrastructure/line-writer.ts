import { constants, fstatSync, openSync, write } from 'node:fs';
import { isatty } from 'node:tty';

/** Where a program's lines go. Writing never waits for the destination and never fails. */
export interface LineWriter {
  /** `line` with its line break. */
  write(line: string): void;
}

export interface LineWriterOptions {
  /** What may wait for a destination that is slow or full, in characters; what comes above it is dropped. Default 1 Mi. */
  readonly mostWaiting?: number;
  /** The line that is written when there is room again. */
  readonly onDropped: (lines: number) => string;
}

const MOST_WAITING = 1024 * 1024;

/** Written at once at most, in characters. */
const CHUNK = 64 * 1024;

/** Between two tries at a destination that takes nothing now, ms. */
const RETRY_MS = 250;

/**
 * Lines to stdout (1) or stderr (2), whatever that is: a pipe that nobody reads, a file on a full disk or a terminal that
 * was halted holds nobody up and keeps no process alive.
 */
export function lineWriter(fd: 1 | 2, options: LineWriterOptions): LineWriter {
  const kind = fstatSync(fd);
  if (kind.isFIFO() || kind.isSocket()) return new StreamLines(fd === 1 ? process.stdout : process.stderr, options);
  return new FileLines(isatty(fd) ? halting(fd) : fd, options);
}

/**
 * The terminal once more, without waiting for it: Node's own writes wait for one that was halted (Ctrl-S). Where it can't
 * be opened again, a thread waits.
 */
function halting(fd: number): number {
  try {
    return openSync(`/proc/self/fd/${fd.toString()}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    return fd;
  }
}

/** What waits, and how much had to be dropped. */
abstract class Bounded implements LineWriter {
  #dropped = 0;

  constructor(private readonly options: LineWriterOptions) {}

  write(line: string): void {
    this.#tellDropped();
    if (this.#hasRoomFor(line)) this.put(line);
    else this.#dropped += 1;
  }

  /** There is room again. */
  protected drained(): void {
    this.#tellDropped();
  }

  #tellDropped(): void {
    if (this.#dropped === 0) return;
    const line = this.options.onDropped(this.#dropped);
    if (!this.#hasRoomFor(line)) return;
    this.#dropped = 0;
    this.put(line);
  }

  #hasRoomFor(line: string): boolean {
    const { mostWaiting = MOST_WAITING } = this.options;
    return this.waiting() + line.length <= mostWaiting;
  }

  protected abstract waiting(): number;
  protected abstract put(line: string): void;
}

/** A pipe or a socket: Node writes what it takes and keeps the rest. */
class StreamLines extends Bounded {
  #gone = false;

  constructor(
    private readonly stream: NodeJS.WriteStream,
    options: LineWriterOptions,
  ) {
    super(options);
    // Whoever read it has ended.
    stream.on('error', () => (this.#gone = true));
    stream.on('drain', () => {
      this.drained();
    });
  }

  protected waiting(): number {
    return this.#gone ? 0 : this.stream.writableLength;
  }

  protected put(line: string): void {
    if (!this.#gone) this.stream.write(line);
  }
}

/** A file, a device or a terminal. What it doesn't take now (a full disk) is tried again, for as long as we live. */
class FileLines extends Bounded {
  #lines: string[] = [];
  #waiting = 0;
  /** Under way; or not taken yet. */
  #chunk: Buffer | undefined;
  #busy = false;

  constructor(
    private readonly fd: number,
    options: LineWriterOptions,
  ) {
    super(options);
  }

  protected waiting(): number {
    return this.#waiting;
  }

  protected put(line: string): void {
    this.#lines.push(line);
    this.#waiting += line.length;
    if (!this.#busy) this.#writeOn();
  }

  #writeOn(): void {
    this.#chunk ??= this.#nextChunk();
    const chunk = this.#chunk;
    this.#busy = chunk !== undefined;
    if (chunk === undefined) return;
    write(this.fd, chunk, (error, written) => {
      if (error !== null) {
        setTimeout(() => {
          this.#writeOn();
        }, RETRY_MS).unref();
        return;
      }
      this.#chunk = written < chunk.length ? chunk.subarray(written) : undefined;
      if (this.#chunk === undefined && this.#lines.length === 0) this.drained();
      this.#writeOn();
    });
  }

  #nextChunk(): Buffer | undefined {
    if (this.#lines.length === 0) return undefined;
    let end = 0;
    for (let size = 0; end < this.#lines.length && size < CHUNK; end += 1) size += this.#lines[end]?.length ?? 0;
    const text = this.#lines.splice(0, end).join('');
    this.#waiting -= text.length;
    return Buffer.from(text);
  }
}
