import 'reflect-metadata';
import { Container } from 'inversify';
import type { Logger } from '../../application/ports/logger.js';
import type { Config } from '../config/config.js';
import { accounts } from './accounts.js';
import { application } from './application.js';
import { audit } from './audit.js';
import { Opened } from './closing.js';
import { privacy } from './privacy.js';
import { openProjections } from './projections.js';
import { seals } from './seals.js';
import { openStores, type Surroundings } from './stores.js';
import { systemTables } from './system.js';

/** Everything that was opened, to be closed in the opposite order. */
export interface House {
  readonly container: Container;
  close(): Promise<void>;
}

/**
 * Opens what everybody stands on (database, keys, event store, projections) and binds the application. A failure on the
 * way closes what was opened.
 */
export async function openHouse(
  config: Config,
  log: Logger,
  options: Pick<Surroundings, 'share' | 'patience' | 'opening' | 'telemetry'>,
): Promise<House> {
  const opened = new Opened(log);
  const surroundings = { ...options, config, log, opened };
  try {
    const container = new Container({ defaultScope: 'Singleton' });
    container.load(await openStores(surroundings));
    container.load(await openProjections(container, surroundings));
    container.load(systemTables, seals, audit, application, accounts);
    container.load(privacy);
    return { container, close: () => opened.close() };
  } catch (error) {
    await opened.close();
    throw error;
  }
}
