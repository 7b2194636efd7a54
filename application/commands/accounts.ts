import { isId } from '../../domain/shared/ids.js';
import type { Credential, Credentials } from '../ports/credentials.js';
import type { EventSerializer } from '../ports/envelope.js';
import type { EventStore } from '../ports/event-store.js';
import type { Reservations } from '../ports/reservations.js';
import { streamName } from '../streams.js';
import { foldLogin, foldLoginAsOnce } from './names.js';

export interface AccountsDependencies {
  readonly store: EventStore;
  readonly serializer: EventSerializer;
  readonly reservations: Reservations;
  readonly credentials: Credentials;
}

/**
 * Which password lets whom in. The log decides: that of the registration which the user's first event names. What a crash
 * left between the append and the confirmation is made good by whoever asks.
 */
export class Accounts {
  constructor(private readonly deps: AccountsDependencies) {}

  /** The password that counts for a user id, in exactly this writing; undefined: he has none, or isn't there. */
  async ofUser(tenant: string, userId: string): Promise<Credential | undefined> {
    return (await this.#standing(tenant, userId)).credential;
  }

  /**
   * Those who may be meant by a name, a login or a user id: the one who has it, and the one whose id reads exactly so. They
   * are the same, unless both came before logins and ids were kept apart.
   */
  async named(tenant: string, given: string): Promise<Credential[]> {
    if (given.length > LONGEST || given.includes('\0')) return [];
    const found: (Credential | undefined)[] = [];
    for (const name of new Set([foldLoginAsOnce(given), foldLogin(given)])) {
      found.push(await this.#holder(tenant, name));
    }
    if (isId(given) && !found.some((one) => one?.userId === given)) found.push(await this.ofUser(tenant, given));
    const byUser = new Map(found.flatMap((one) => (one === undefined ? [] : [[one.userId, one] as const])));
    return [...byUser.values()];
  }

  /** By what a user id came to be: by a registration that has this name, by another one, or by none yet. */
  async registrationOf(tenant: string, name: string, userId: string): Promise<'his' | 'others' | 'nobody'> {
    const { exists, credential } = await this.#standing(tenant, userId);
    if (!exists) return 'nobody';
    return credential !== undefined && goesBy(credential, name) ? 'his' : 'others';
  }

  /** The registration of a user who is there and has no password; '' where it had no key. undefined: he isn't, or has one. */
  async registrationWithoutPassword(tenant: string, userId: string): Promise<string | undefined> {
    const { credential } = await this.#standing(tenant, userId);
    return credential === undefined ? this.registeredBy(tenant, userId) : undefined;
  }

  async exists(tenant: string, userId: string): Promise<boolean> {
    return (await this.#standing(tenant, userId)).exists;
  }

  /** Who has the name and may log in by it. */
  async #holder(tenant: string, name: string): Promise<Credential | undefined> {
    const { reservations } = this.deps;
    const claim = await reservations.holderOf(tenant, 'login', name);
    if (claim === undefined) return undefined;
    const credential = await this.ofUser(tenant, claim.holder);
    // Claimed for somebody by a registration that wasn't his.
    if (credential === undefined || !goesBy(credential, name)) return undefined;
    if (!claim.confirmed) await reservations.confirmName(tenant, 'login', name, claim.holder);
    return credential;
  }

  async #standing(tenant: string, userId: string): Promise<Standing> {
    const { credentials } = this.deps;
    const known = (await credentials.ofUser(tenant, userId)).find(({ confirmed }) => confirmed);
    if (known !== undefined) return { exists: true, credential: known };
    const registration = await this.registeredBy(tenant, userId);
    if (registration === undefined) return { exists: false };
    // Read after the event, which was appended after its password was kept: so it is there to be found.
    const kept = await credentials.ofUser(tenant, userId);
    const credential = kept.find((one) => one.registration === registration);
    if (credential === undefined) return { exists: true };
    await credentials.confirm(credential);
    return { exists: true, credential };
  }

  /** The command key of the user's first event, '' for one without; undefined: nobody is registered. */
  async registeredBy(tenant: string, userId: string): Promise<string | undefined> {
    const { store, serializer } = this.deps;
    let registration: string | undefined;
    for await (const events of store.readStream(streamName({ category: 'user', tenant, userId }), { maxCount: 1 })) {
      for (const { envelope } of await serializer.open(events)) registration ??= envelope.commandKey ?? '';
    }
    return registration;
  }
}

/** Longer than any login or id. */
const LONGEST = 256;

/** Whether whoever has this password logs in by the name as well. */
const goesBy = ({ login, userId }: Credential, name: string): boolean =>
  login === name || (login !== undefined && foldLogin(login) === name) || foldLogin(userId) === name;

interface Standing {
  readonly exists: boolean;
  readonly credential?: Credential;
}
