import pino from 'pino';
import type { Logger } from '../application/ports/logger.js';
import type { LogLevel } from './config/environment.js';

/** JSON lines on stderr, so that stdout stays for what the program was asked for. */
export const makeLogger = (level: LogLevel): Logger => pino({ level, base: null }, pino.destination(2));
