import { newId } from '../new-id.js';
import type { Reservations } from '../ports/reservations.js';
import { idempotencyScope } from './pipeline.js';
import type { RequestContext } from './request.js';

type Reserving = Pick<Reservations, 'reserveId'>;

/**
 * A value that the server makes for a command and its answer names: with an idempotency key the same at every repeat,
 * whichever process is asked, since a repeat may be decided again.
 */
export function repeatableValue(
  reservations: Reserving,
  context: RequestContext,
  kind: string,
  make: () => Promise<string>,
): Promise<string> {
  const { tenant, idempotency } = context;
  if (idempotency === undefined) return make();
  return reservations.reserveId(tenant, kind, idempotencyScope(context, idempotency), make);
}

/** Such an id, a uuid v7. */
export const repeatableId = (reservations: Reserving, context: RequestContext, kind: string): Promise<string> =>
  repeatableValue(reservations, context, kind, () => Promise.resolve(newId()));
