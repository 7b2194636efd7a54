import type { Credential, Credentials } from '../ports/credentials.js';
import type { EventSerializer } from '../ports/envelope.js';
import type { EventStore } from '../ports/event-store.js';
import type { Reservations } from '../ports/reservations.js';
import { streamName } from '../streams.js';

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

  /** That of the user who has the login. */
  async ofLogin(tenant: string, login: string): Promise<Credential | undefined> {
    const { reservations } = this.deps;
    const claim = await reservations.holderOf(tenant, 'login', login);
    if (claim === undefined) return undefined;
    const credential = await this.ofUser(tenant, claim.holder);
    // Claimed for somebody by a registration that wasn't his.
    if (credential?.login !== login) return undefined;
    if (!claim.confirmed) await reservations.confirmName(tenant, 'login', login, claim.holder);
    return credential;
  }

  /** By what a user id came to be: by a registration with this login, by another one, or by none yet. */
  async registrationOf(tenant: string, login: string, userId: string): Promise<'his' | 'others' | 'nobody'> {
    const { exists, credential } = await this.#standing(tenant, userId);
    if (!exists) return 'nobody';
    return credential?.login === login ? 'his' : 'others';
  }

  async exists(tenant: string, userId: string): Promise<boolean> {
    return (await this.#standing(tenant, userId)).exists;
  }

  async #standing(tenant: string, userId: string): Promise<Standing> {
    const { credentials } = this.deps;
    const known = (await credentials.ofUser(tenant, userId)).find(({ confirmed }) => confirmed);
    if (known !== undefined) return { exists: true, credential: known };
    const registration = await this.#registration(tenant, userId);
    if (registration === undefined) return { exists: false };
    // Read after the event, which was appended after its password was kept: so it is there to be found.
    const kept = await credentials.ofUser(tenant, userId);
    const credential = kept.find((one) => one.registration === registration);
    if (credential === undefined) return { exists: true };
    await credentials.confirm(credential);
    return { exists: true, credential };
  }

  /** The command key of the user's first event, '' for one without; undefined: nobody is registered. */
  async #registration(tenant: string, userId: string): Promise<string | undefined> {
    const { store, serializer } = this.deps;
    let registration: string | undefined;
    for await (const events of store.readStream(streamName({ category: 'user', tenant, userId }), { maxCount: 1 })) {
      for (const { envelope } of await serializer.open(events)) registration ??= envelope.commandKey ?? '';
    }
    return registration;
  }
}

interface Standing {
  readonly exists: boolean;
  readonly credential?: Credential;
}
