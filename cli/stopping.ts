import type { Terminal } from './terminal.js';

/** Why the command was told to stop: the reason of its signal. */
export class Stopped extends Error {
  override readonly name = 'Stopped';

  constructor(
    /** As a shell expects it: 128 and the number of the signal. */
    readonly exitCode: number,
    /** Nobody reads any more: nothing is said either. */
    readonly quietly: boolean,
    /** A statement that was under way had to be left: whether it took effect is not known here. */
    readonly inTheMiddle = false,
  ) {
    super('told to stop');
  }

  static by(signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP'): Stopped {
    return new Stopped({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }[signal], signal === 'SIGHUP');
  }

  /** `… | head` has read enough. */
  static byClosedPipe(): Stopped {
    return new Stopped(141, true);
  }
}

/** For a statement under way, which nothing ends but the end of its connection, ms. */
const GRACE_MS = 3_000;

/** The work's result; when it doesn't end soon after the signal, `Stopped`, and its connections are to be closed. */
export async function unlessStopped<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let begin: (() => void) | undefined;
  const overdue = new Promise<never>((_, reject) => {
    begin = () => {
      timer = setTimeout(() => {
        const { exitCode, quietly } = signal.reason as Stopped;
        reject(new Stopped(exitCode, quietly, true));
      }, GRACE_MS);
    };
    if (signal.aborted) begin();
    else signal.addEventListener('abort', begin);
  });
  try {
    return await Promise.race([work, overdue]);
  } finally {
    clearTimeout(timer);
    if (begin !== undefined) signal.removeEventListener('abort', begin);
    work.catch(() => undefined); // it may fail later, of what was closed under it
  }
}

/** Does the work, and says what it came to when it was told to stop. */
export async function sayingWhenStopped<T>(
  { stop, terminal }: { readonly stop: AbortSignal; readonly terminal: Terminal },
  whenStopped: string | undefined,
  work: () => Promise<T>,
): Promise<T> {
  try {
    stop.throwIfAborted();
    return await work();
  } catch (error) {
    if (stop.reason instanceof Stopped && !stop.reason.quietly) {
      const known = !(error instanceof Stopped && error.inTheMiddle);
      const rest = known ? whenStopped : 'It was in the middle of a statement, which may take effect yet.';
      terminal.err(rest === undefined ? 'Stopped.' : `Stopped. ${rest}`);
    }
    throw error;
  }
}
