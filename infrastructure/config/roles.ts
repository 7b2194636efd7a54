import { availableParallelism } from 'node:os';

/** What a server does: answers the APIs, feeds the lists, does by itself what follows from what happened (and seals the log). */
export const ROLES = ['api', 'projections', 'processes'] as const;
export type Role = (typeof ROLES)[number];

const MOST_WORKERS = 64;

export function rolesProblem(value: string): string | undefined {
  const named = namesIn(value);
  const isRole = (name: string): boolean => (ROLES as readonly string[]).includes(name);
  return named.length > 0 && named.every(isRole)
    ? undefined
    : `PARLEY_ROLES must be some of ${ROLES.join(', ')}, separated by commas.`;
}

export const rolesIn = (value: string): ReadonlySet<Role> => new Set(namesIn(value) as Role[]);

export const workersProblem = (value: string): string | undefined =>
  value === 'auto' || (/^[1-9]\d?$/.test(value) && Number(value) <= MOST_WORKERS)
    ? undefined
    : `WORKERS must be a whole number from 1 to ${MOST_WORKERS.toString()}, or auto.`;

/** `auto`: as many as the machine has cores. */
export const workersIn = (value: string): number =>
  value === 'auto' ? Math.min(MOST_WORKERS, availableParallelism()) : Number(value);

const namesIn = (value: string): string[] =>
  value
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
