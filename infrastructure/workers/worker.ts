import type { Database } from '../database.js';
import {
  type FromWorker,
  isOurs,
  LATE_VARIABLE,
  type Part,
  PART_VARIABLE,
  rolesOf,
  type ToWorker,
} from './messages.js';

export interface Worker {
  readonly part: Part;
  /** Whether others answer until it can, so that it opens its ports last. */
  readonly late: boolean;
  /** As the first process says; undefined where the configured one is to be opened. Resolves when it is this worker's turn. */
  readonly database: Promise<Database | undefined>;
  tell(message: FromWorker): void;
  /** Answers for its share of the metrics. */
  counts(json: () => Promise<object[]>): void;
}

/** This process, where the first process of a server made it; undefined otherwise. */
export function asWorker(): Worker | undefined {
  const part = process.env[PART_VARIABLE];
  if (process.send === undefined || part === undefined || !(part in rolesOf)) return undefined;
  const tell = (message: FromWorker): void => {
    // Whoever isn't there any more needn't hear it: this process ends with him.
    if (process.connected) process.send?.(message);
  };
  const database = new Promise<Database | undefined>((resolve) => {
    process.on('message', (message: unknown) => {
      const ours = isOurs(message) ? (message as ToWorker) : undefined;
      if (ours?.parley !== 'open') return;
      resolve(ours.database && { ...ours.database, close: () => Promise.resolve() });
    });
  });
  tell({ parley: 'here' });
  return {
    part: part as Part,
    late: process.env[LATE_VARIABLE] !== undefined,
    database,
    tell,
    counts: (json) => {
      process.on('message', (message: unknown) => {
        const ours = isOurs(message) ? (message as ToWorker) : undefined;
        if (ours?.parley !== 'count') return;
        const { question } = ours;
        json().then(
          (metrics) => {
            tell({ parley: 'counted', question, metrics });
          },
          () => undefined, // The others' are shown without it.
        );
      });
    },
  };
}
