import pino from 'pino';
import type { Logger } from '../application/ports/logger.js';
import type { LogLevel } from './config/environment.js';

/** An error's message may be needed; what it was about (a statement's parameters, a payload) may be personal and stays out. */
function plain(error: unknown): unknown {
  if (!(error instanceof Error)) return { type: typeof error };
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
  const cause = error.cause instanceof Error ? { cause: plain(error.cause) } : {};
  return { type: error.name, message: error.message, stack: error.stack, ...code, ...cause };
}

/** JSON lines on stderr, so that stdout stays for what the program was asked for. */
export const makeLogger = (level: LogLevel): Logger =>
  pino({ level, base: null, serializers: { err: plain } }, pino.destination(2));
