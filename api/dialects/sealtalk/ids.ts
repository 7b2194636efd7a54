import { mostRecent } from '../../../application/most-recent.js';
import type { NumberQueries } from '../../../application/queries/numbers.js';
import { isId, isServerMadeId, serverMadeId } from '../../../domain/shared/ids.js';
import type { IdCode } from './id-code.js';

type Kind = 'user' | 'group';

/** Pairs of number and id that are remembered: they never change. */
const REMEMBERED = 100_000;
/** Of one question to the read side. */
const AT_ONCE = 1_000;

/**
 * Users and groups as 004's clients name them. What we show is a number's nine characters (`IdCode`); what we take is that
 * or Parley's own id. Ids that the server makes are their numbers in decimal, so only those of other APIs (`ada`, `club-1`)
 * have to be looked up, once.
 */
export class SealtalkIds {
  readonly #numbers = mostRecent<string, number>(REMEMBERED);
  readonly #named = mostRecent<string, string>(REMEMBERED);

  constructor(
    private readonly code: IdCode,
    private readonly queries: NumberQueries,
  ) {}

  /** Of a number that is known already, as `UserView` and `GroupView` have it. */
  ofNumber(number: number): string {
    return this.code.textOf(number);
  }

  /** Of an id whose number the lists don't know: it is the number, or stays as it is. */
  withoutNumber(id: string): string {
    return isServerMadeId(id) ? this.#textOr(Number(id), id) : id;
  }

  /** By user id, for all of them. Who is nobody, or not known yet, keeps his plain id, which is taken as well. */
  shownUsers(tenant: string, userIds: Iterable<string>): Promise<ReadonlyMap<string, string>> {
    return this.#shown('user', tenant, userIds);
  }

  shownGroups(tenant: string, groupIds: Iterable<string>): Promise<ReadonlyMap<string, string>> {
    return this.#shown('group', tenant, groupIds);
  }

  async shownUser(tenant: string, userId: string): Promise<string> {
    return (await this.shownUsers(tenant, [userId])).get(userId) ?? userId;
  }

  async shownGroup(tenant: string, groupId: string): Promise<string> {
    return (await this.shownGroups(tenant, [groupId])).get(groupId) ?? groupId;
  }

  /** The user ids that are meant, in the order given; null for what can't be an id. Whether they exist is not said. */
  users(tenant: string, texts: readonly unknown[]): Promise<(string | null)[]> {
    return this.#meant('user', tenant, texts);
  }

  groups(tenant: string, texts: readonly unknown[]): Promise<(string | null)[]> {
    return this.#meant('group', tenant, texts);
  }

  async user(tenant: string, text: unknown): Promise<string | null> {
    return (await this.users(tenant, [text]))[0] ?? null;
  }

  async group(tenant: string, text: unknown): Promise<string | null> {
    return (await this.groups(tenant, [text]))[0] ?? null;
  }

  async #shown(kind: Kind, tenant: string, ids: Iterable<string>): Promise<ReadonlyMap<string, string>> {
    const shown = new Map<string, string>();
    const unknown: string[] = [];
    for (const id of new Set(ids)) {
      const number = isServerMadeId(id) ? Number(id) : this.#numbers.get(keyOf(kind, tenant, id));
      if (number === undefined) unknown.push(id);
      else shown.set(id, this.#textOr(number, id));
    }
    for (const [id, number] of await this.#numbersOf(kind, tenant, unknown)) {
      this.#numbers.set(keyOf(kind, tenant, id), number);
      shown.set(id, this.code.textOf(number));
    }
    for (const id of unknown) if (!shown.has(id)) shown.set(id, id);
    return shown;
  }

  /** 16 digits that are no number of ours can stand in a request, and are nobody's. */
  #textOr(number: number, id: string): string {
    return this.code.covers(number) ? this.code.textOf(number) : id;
  }

  async #numbersOf(kind: Kind, tenant: string, ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const found = new Map<string, number>();
    for (let start = 0; start < ids.length; start += AT_ONCE) {
      const some = ids.slice(start, start + AT_ONCE);
      const numbers =
        kind === 'user'
          ? await this.queries.numbersOfUsers(tenant, some)
          : await this.queries.numbersOfGroups(tenant, some);
      for (const [id, number] of numbers) found.set(id, number);
    }
    return found;
  }

  async #meant(kind: Kind, tenant: string, texts: readonly unknown[]): Promise<(string | null)[]> {
    const numbers = texts.map((text) => (typeof text === 'string' ? this.code.numberOf(text) : undefined));
    await this.#learn(tenant, new Set(numbers.filter((number) => number !== undefined)));
    const doubtful = texts.filter((text, i): text is string => {
      const number = typeof text === 'string' ? numbers[i] : undefined;
      return number !== undefined && !this.#named.has(keyOf(kind, tenant, number));
    });
    // Nine letters can be somebody's own id, too.
    const plain = await this.#numbersOf(kind, tenant, doubtful);
    return texts.map((text, i) => {
      if (typeof text !== 'string' || !isId(text)) return null;
      const number = numbers[i];
      if (number === undefined) return text;
      return this.#named.get(keyOf(kind, tenant, number)) ?? (plain.has(text) ? text : serverMadeId(number));
    });
  }

  async #learn(tenant: string, numbers: ReadonlySet<number>): Promise<void> {
    const isKnown = (number: number): boolean =>
      this.#named.has(keyOf('user', tenant, number)) || this.#named.has(keyOf('group', tenant, number));
    const unknown = [...numbers].filter((number) => !isKnown(number));
    for (let start = 0; start < unknown.length; start += AT_ONCE) {
      const found = await this.queries.numbered(tenant, unknown.slice(start, start + AT_ONCE));
      for (const [number, { kind, id }] of found) this.#named.set(keyOf(kind, tenant, number), id);
    }
  }
}

const keyOf = (kind: Kind, tenant: string, of: string | number): string => `${kind}\n${tenant}\n${String(of)}`;
