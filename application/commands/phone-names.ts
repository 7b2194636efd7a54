import type { EventSerializer } from '../ports/envelope.js';
import type { EventStore } from '../ports/event-store.js';
import type { PhoneSecrets } from '../ports/phone-secrets.js';
import type { Reservations } from '../ports/reservations.js';
import { refuse } from '../../domain/shared/errors.js';
import type { UserRegistered } from '../../domain/user/events.js';
import { streamName } from '../streams.js';
import { foldPhone } from './names.js';

export interface PhoneNamesDependencies {
  readonly store: EventStore;
  readonly serializer: EventSerializer;
  readonly reservations: Reservations;
  readonly phones: PhoneSecrets;
}

/** Claims that turn out void and are made again, at most. */
const ROUNDS = 5;

/**
 * Phones as names that only one in a tenant may have: reserved as logins are, by a keyed hash, since the number itself is
 * personal and stands in the user's own event alone.
 */
export class PhoneNames {
  constructor(private readonly deps: PhoneNamesDependencies) {}

  /** @throws DomainError LoginTaken */
  async claim(tenant: string, phone: string, userId: string): Promise<void> {
    const { reservations } = this.deps;
    const name = this.#nameOf(tenant, phone);
    for (let round = 0; round < ROUNDS; round++) {
      const { holder, confirmed, stale } = await reservations.claimName(tenant, 'phone', name, userId);
      if (holder === userId) return;
      if (confirmed || !stale || (await this.#isRegistered(tenant, holder, name))) break;
      await reservations.takeOverName(tenant, 'phone', name, holder, userId);
    }
    refuse('LoginTaken', { login: phone });
  }

  confirm(tenant: string, phone: string, userId: string): Promise<boolean> {
    return this.deps.reservations.confirmName(tenant, 'phone', this.#nameOf(tenant, phone), userId);
  }

  /** Without effect when he hasn't got it or it is confirmed. */
  release(tenant: string, phone: string, userId: string): Promise<void> {
    return this.deps.reservations.releaseName(tenant, 'phone', this.#nameOf(tenant, phone), userId);
  }

  /** Whose it is. What a crash left between the event and the confirmation is made good. */
  async holderOf(tenant: string, phone: string): Promise<string | undefined> {
    const { reservations } = this.deps;
    const name = this.#nameOf(tenant, phone);
    const claim = await reservations.holderOf(tenant, 'phone', name);
    if (claim === undefined) return undefined;
    if (!claim.confirmed) {
      if (!(await this.#isRegistered(tenant, claim.holder, name))) return undefined;
      await reservations.confirmName(tenant, 'phone', name, claim.holder);
    }
    return claim.holder;
  }

  /** Whether nobody has it, nor is about to have it. */
  async isFree(tenant: string, phone: string): Promise<boolean> {
    const name = this.#nameOf(tenant, phone);
    const claim = await this.deps.reservations.holderOf(tenant, 'phone', name);
    return claim === undefined || (claim.stale && !(await this.#isRegistered(tenant, claim.holder, name)));
  }

  /** Whether he has been registered with it, whatever else he or another registration of his id claimed. */
  async #isRegistered(tenant: string, userId: string, name: string): Promise<boolean> {
    const { store, serializer } = this.deps;
    for await (const events of store.readStream(streamName({ category: 'user', tenant, userId }), { maxCount: 1 })) {
      for (const { event } of await serializer.open(events)) {
        // null once he was erased.
        const { phone } = (event as UserRegistered | undefined)?.data ?? {};
        return phone != null && this.#nameOf(tenant, phone) === name;
      }
    }
    return false;
  }

  #nameOf(tenant: string, phone: string): string {
    return this.deps.phones.printOf(tenant, foldPhone(phone));
  }
}
