import type { UserErased } from '../../domain/user/events.js';
import type { UserErasures } from '../commands/erasures.js';
import type { Process } from './process.js';

/**
 * What an erasure promises holds wherever its event is: also beside tables that were brought back from a backup, or made by a
 * copy, which have the key or the login still.
 */
export const erasureProcess = (erasures: Pick<UserErasures, 'complete'>): Process => ({
  name: 'erasures',
  handles: { UserErased: 1 },
  // Nobody sees it done again, and it must hold for all of them.
  begins: 'atStart',
  react: (causes) =>
    causes.map((cause) => {
      const { userId } = cause.event.data as UserErased['data'];
      return { cause, target: cause.name.stream, perform: ({ tenant }) => erasures.complete(tenant, userId) };
    }),
});
