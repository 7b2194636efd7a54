import type { HistorySearch } from '../audit/history-search.js';
import type { HistoryItem } from '../queries/history.js';
import { BadCursor, MAX_PAGE, type Page, type PageRequest } from '../queries/page.js';
import type { UserQueries, UserView } from '../queries/users.js';

/** What is kept of a person beside the log. */
export interface AccountRecord {
  /** Names he logs in by; null for a phone, of which a keyed hash is kept. */
  readonly names: readonly { readonly kind: string; readonly name: string | null }[];
  readonly hasPassword: boolean;
  /** Networks from which he came in, as hashes. */
  readonly knownNetworks: number;
  /** How far he has read, by conversation. */
  readonly readUpTo: readonly { readonly conversation: string; readonly seq: number }[];
}

export interface AccountRecords {
  of(tenant: string, userId: string): Promise<AccountRecord>;
}

/** Something that he did, or that was done to him; what others wrote in it is left out. */
export interface PersonalEvent {
  readonly side: 'by' | 'to';
  readonly item: HistoryItem;
}

export interface PersonalRecordsDependencies {
  readonly search: Pick<HistorySearch, 'ofTenant'>;
  readonly users: Pick<UserQueries, 'userById'>;
  readonly accounts: AccountRecords;
  /** The item without what is personal to others than this user. */
  readonly onlyHis: (item: HistoryItem, userId: string) => HistoryItem;
}

/** All that is held of a person: what an erasure takes, and who did what to whom, which stays. */
export class PersonalRecords {
  constructor(private readonly deps: PersonalRecordsDependencies) {}

  profile(tenant: string, userId: string): Promise<UserView | undefined> {
    return this.deps.users.userById(tenant, userId);
  }

  account(tenant: string, userId: string): Promise<AccountRecord> {
    return this.deps.accounts.of(tenant, userId);
  }

  /** All of them, as `page` gives them. */
  async *events(tenant: string, userId: string): AsyncGenerator<PersonalEvent, void> {
    let cursor: string | undefined;
    do {
      const page = { limit: MAX_PAGE, ...(cursor === undefined ? {} : { cursor }) };
      const { items, next } = await this.page(tenant, userId, page);
      yield* items;
      cursor = next ?? undefined;
    } while (cursor !== undefined);
  }

  /**
   * Each once: first what he did, then what others did to him, both oldest first. One may be short, or empty, and yet have a next.
   * @throws BadCursor, BadPageLimit
   */
  async page(tenant: string, userId: string, { limit, cursor = 'by:' }: PageRequest): Promise<Page<PersonalEvent>> {
    const { search, onlyHis } = this.deps;
    const [, side, within] = /^(by|to):(.*)$/s.exec(cursor) ?? [];
    if (side === undefined) throw new BadCursor('personal events');
    const page = { limit, ...(within === undefined || within === '' ? {} : { cursor: within }) };
    if (side === 'by') {
      const { items, next } = await search.ofTenant(tenant, { by: userId }, 'oldest', page);
      return { items: items.map((item) => ({ side: 'by', item })), next: next === null ? 'to:' : `by:${next}` };
    }
    const { items, next } = await search.ofTenant(tenant, { to: userId }, 'oldest', page);
    return {
      items: items.flatMap((item) => (isBy(item, userId) ? [] : [{ side: 'to', item: onlyHis(item, userId) }])),
      next: next === null ? null : `to:${next}`,
    };
  }
}

function isBy(item: HistoryItem, userId: string): boolean {
  if ('unreadable' in item) return false;
  const { actor } = item.envelope;
  return (actor.kind !== 'system' && actor.id === userId) || actor.onBehalfOf === userId;
}
