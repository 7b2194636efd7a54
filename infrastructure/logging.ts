import pino from 'pino';
import type { Logger } from '../application/ports/logger.js';
import type { LogLevel } from './config/environment.js';
import { lineWriter } from './line-writer.js';

/** An error's message may be needed; what it was about (a statement's parameters, a payload) may be personal and stays out. */
function plain(error: unknown): unknown {
  if (!(error instanceof Error)) return { type: typeof error };
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
  const cause = error.cause instanceof Error ? { cause: plain(error.cause) } : {};
  return { type: error.name, message: error.message, stack: error.stack, ...code, ...cause };
}

/** In the shape of pino's own warnings. */
const droppedLine = (dropped: number): string =>
  `${JSON.stringify({ level: 40, time: Date.now(), dropped, msg: 'log lines were dropped: their destination took none' })}\n`;

/** JSON lines on stderr, so that stdout stays for what the program was asked for. Logging holds nothing up. */
export const makeLogger = (level: LogLevel): Logger =>
  pino({ level, base: null, serializers: { err: plain } }, lineWriter(2, { onDropped: droppedLine }));
