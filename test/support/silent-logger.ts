import type { Logger } from '../../application/ports/logger.js';

const nothing = (): undefined => undefined;

export const silentLogger: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };
