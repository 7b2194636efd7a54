import type { Role } from '../config/roles.js';

/** What the processes of one server tell each other. */

/** What a worker does: some of the server's roles. */
export type Part = 'api' | 'background';
export const rolesOf: Readonly<Record<Part, readonly Role[]>> = {
  api: ['api'],
  background: ['projections', 'processes'],
};

/** The variable that tells a worker its part. */
export const PART_VARIABLE = 'PARLEY_WORKER_PART';

/** Set for a worker that takes the place of one that has ended, while others answer: it isn't called before it can answer. */
export const LATE_VARIABLE = 'PARLEY_WORKER_LATE';

/** Of the database that the first process runs for all of them; absent where each opens the configured one. */
export interface SharedDatabase {
  readonly url: string;
  readonly embeddedAndEmpty: boolean;
  readonly folder?: string;
}

export type ToWorker =
  | { readonly parley: 'open'; readonly database: SharedDatabase | undefined }
  | { readonly parley: 'count'; readonly question: number };

export type FromWorker =
  /** It hears what it is told; before, it would be lost. */
  | { readonly parley: 'here' }
  | { readonly parley: 'waiting'; readonly line: string }
  /** What a person is told when all are ready. */
  | { readonly parley: 'ready'; readonly lines: readonly string[] }
  | { readonly parley: 'counted'; readonly question: number; readonly metrics: readonly object[] };

/** Others, Node's own among them, use the same channel. */
export const isOurs = (message: unknown): message is { readonly parley: string } =>
  typeof message === 'object' && message !== null && 'parley' in message;
