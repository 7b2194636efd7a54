import type { UserErased } from '../domain/user/events.js';
import type { ProjectedEvent, Projection, Statements, Tables } from './engine/projection.js';

/** Those who are erased, by tenant and user id. */
export type Persons = readonly { readonly tenant: string; readonly userId: string }[];

/** Takes out of a projection's rows whatever is null for a replay that comes after the persons' erasure. */
export type Erase = (persons: Persons, tables: Tables, db: Statements) => Promise<void>;

/**
 * A projection whose rows lose what was personal once its person is erased. His key is gone before the event is there, so
 * a replay reads null wherever he is the subject; here the rows become so that were made before. After both they are the same.
 */
export function erasing({ erase, ...projection }: Projection & { readonly erase: Erase }): Projection {
  return {
    ...projection,
    handles: { ...projection.handles, UserErased: 1 },
    apply: async (events, tables, db) => {
      for (const part of parted(events)) {
        const persons = part.filter(isErasure).map(({ tenant, event }) => ({ tenant, userId: event.data.userId }));
        await (persons.length > 0 ? erase(persons, tables, db) : projection.apply(part, tables, db));
      }
    },
  };
}

const isErasure = (projected: ProjectedEvent | undefined): projected is ProjectedEvent<UserErased> =>
  projected?.event.type === ('UserErased' satisfies UserErased['type']);

/** Erasures apart from what stands around them, all in their order. */
function parted(events: readonly ProjectedEvent[]): ProjectedEvent[][] {
  const parts: ProjectedEvent[][] = [];
  for (const projected of events) {
    const last = parts.at(-1);
    if (last !== undefined && isErasure(last[0]) === isErasure(projected)) last.push(projected);
    else parts.push([projected]);
  }
  return parts;
}

/** What of a row is somebody's. */
export interface Personal {
  /** The column with his id. */
  readonly of: string;
  /** Assignments: `ext = NULL`. */
  readonly set: string;
  /** Of rows that are his by more than the id: about `t`. */
  readonly where?: string;
}

/** By a statement for each of them. */
export const eraseColumns =
  (...all: readonly Personal[]): Erase =>
  async (persons, { main }, db) => {
    const named = [persons.map(({ tenant }) => tenant), persons.map(({ userId }) => userId)];
    for (const [i, { of, set, where = 'true' }] of all.entries())
      db.send(
        `erase${String(i)}`,
        `UPDATE ${main} t SET ${set} FROM unnest($1::text[], $2::text[]) x (tenant, user_id)
         WHERE t.tenant = x.tenant AND t.${of} = x.user_id AND ${where}`,
        named,
      );
  };
