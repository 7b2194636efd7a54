import 'reflect-metadata';
import type { StoreTools, Tools } from '../application/ports/tools.js';
import { loadConfig } from '../infrastructure/config/config.js';
import { makeLogger } from '../infrastructure/logging.js';
import { forOperator } from '../infrastructure/operator-errors.js';
import { keepHeapTight } from '../infrastructure/tight-heap.js';
import { toldToStop } from '../infrastructure/told-to-stop.js';
import { version } from '../infrastructure/version.js';
import { run } from './run.js';
import { Stopped } from './stopping.js';

const stop = new AbortController();

/** A work that nothing stops is left alone after this time, and PostgreSQL told to end by itself, ms. */
const STOP_WITHIN_MS = 20_000;

/** For what was closed to let the process end by itself, ms. */
const LINGER_MS = 1_000;

/** The cursor and the line wrap, which a bar switches off. */
const RESTORE = '\u001b[?25h\u001b[?7h';

function stopFor(why: Stopped): void {
  if (stop.signal.aborted) return;
  process.exitCode = why.exitCode;
  stop.abort(why);
  setTimeout(() => {
    for (const stream of [process.stdout, process.stderr]) if (stream.isTTY) stream.write(RESTORE);
    process.exit(why.exitCode);
  }, STOP_WITHIN_MS).unref();
}

const words = process.argv.slice(2);

// A server sees to its own heap and its own end.
if (words[0] !== 'serve') {
  keepHeapTight();
  void toldToStop('parley').then((signal) => {
    stopFor(Stopped.by(signal === 'npm has ended' ? 'SIGTERM' : signal));
  });
}
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // Whoever reads has read enough; or the disk that it goes to is full.
    stopFor(error.code === 'EPIPE' ? Stopped.byClosedPipe() : new Stopped(1, false));
    if (error.code !== 'EPIPE' && stream === process.stdout)
      process.stderr.write(`What was found can't be written (${error.message}).\n`);
  });

/** Loaded when they are needed: all of Parley takes a second to load, and who asks for help doesn't need it. */
const open = async (): Promise<Tools> => {
  const config = loadConfig({ LOG_LEVEL: 'warn', ...process.env });
  const { openTools } = await import('../infrastructure/container.js');
  stop.signal.throwIfAborted();
  return openTools(config, makeLogger(config.logLevel));
};

/** Of its configuration they need no more than where the log is: no keys are touched. */
const openStores = async (): Promise<StoreTools> => {
  const { openStoreTools } = await import('../infrastructure/composition/store-tools.js');
  return openStoreTools(process.env, makeLogger('warn'));
};

/** What `npm start` runs, in this process. Gives its exit code. */
const serve = async (): Promise<number> => {
  await import('../main.js');
  return Number(process.exitCode ?? 0);
};

const code = await run(words, {
  open,
  serve,
  openStores,
  explain: forOperator,
  stop: stop.signal,
  version: version(),
  terminal: {
    out: (line) => {
      process.stdout.write(`${line}\n`);
    },
    err: (line) => {
      process.stderr.write(`${line}\n`);
    },
    isTerminal: process.stderr.isTTY,
    ...(process.stdout.isTTY && {
      screen: {
        write: (text: string) => {
          process.stdout.write(text);
        },
        rows: () => process.stdout.rows,
        columns: () => process.stdout.columns,
      },
    }),
  },
});
// What was to be read has not been, however much of the work was done.
process.exitCode =
  stop.signal.reason instanceof Stopped && stop.signal.reason.quietly ? stop.signal.reason.exitCode : code;
// All is said and closed, but the client of EventStoreDB goes on for minutes to look for a server that isn't there.
setTimeout(() => process.exit(), LINGER_MS).unref();
