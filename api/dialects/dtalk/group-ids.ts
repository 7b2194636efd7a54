import { mostRecent } from '../../../application/most-recent.js';
import type { NumberQueries } from '../../../application/queries/numbers.js';
import { DomainError } from '../../../domain/shared/errors.js';
import { FIRST_NUMBER, isId, LAST_NUMBER, serverMadeId } from '../../../domain/shared/ids.js';
import { DtalkRefused } from './refused.js';

/**
 * 002 knows groups by an int64 (docs/rules.md A13). A group whose id is such a number in decimal has that one: an id that the
 * server made, which is the group's number, or one that was chosen so, such as the number that a group had where it came from.
 * Any other has its number, which is nobody's id, since ids of 16 digits aren't chosen.
 */

export const MAX_INT64 = 2n ** 63n - 1n;
const MIN_INT64 = -(2n ** 63n);

export const isInt64 = (value: unknown): value is number | bigint =>
  (typeof value === 'bigint' && value >= MIN_INT64 && value <= MAX_INT64) ||
  (typeof value === 'number' && Number.isSafeInteger(value));

/** Digits with zeros in front that are looked at. */
const LONGEST = 40;

const DECIMAL = /^[1-9]\d{0,18}$/;

/** A group's id on the wire; a bigint where a number can't hold it. */
export function wireIdOf({ groupId, number }: { readonly groupId: string; readonly number: number }): number | bigint {
  if (!DECIMAL.test(groupId)) return number;
  const value = BigInt(groupId);
  if (value > MAX_INT64) return number;
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}

/** How a request names a group: `idStr` wins where it says something. */
export interface NamedGroup {
  readonly id?: number | bigint;
  readonly idStr?: string;
}

/** Groups whose number is remembered: it never changes. */
const REMEMBERED = 50_000;

/** Which group a request means. */
export class GroupIds {
  readonly #byNumber = mostRecent<string, string>(REMEMBERED);

  constructor(private readonly numbers: Pick<NumberQueries, 'numbered'>) {}

  /**
   * The public id. It need not be anybody's: whether there is such a group, its own stream or rows say.
   * @throws DtalkRefused badParameters when the request names none; DomainError GroupNotFound for what can be no group's
   */
  async of(tenant: string, { id = 0, idStr = '' }: NamedGroup): Promise<string> {
    if (idStr !== '') return this.#ofText(tenant, idStr);
    if (id === 0 || id === 0n) throw new DtalkRefused('badParameters', 'id is required');
    return this.#ofInteger(tenant, BigInt(id));
  }

  async #ofText(tenant: string, text: string): Promise<string> {
    if (/^[+-]?\d+$/.test(text)) {
      const value = text.length > LONGEST ? undefined : BigInt(text.replace(/^\+/, ''));
      if (value === undefined || !isInt64(value)) throw new DtalkRefused('badParameters', 'idStr is not within int64');
      return this.#ofInteger(tenant, value);
    }
    // As the other APIs name it.
    if (!isId(text)) throw new DtalkRefused('badParameters', 'idStr is no id of a group');
    return text;
  }

  async #ofInteger(tenant: string, value: bigint): Promise<string> {
    const text = value.toString();
    if (value <= 0n) throw new DomainError('GroupNotFound', { groupId: text });
    if (value < BigInt(FIRST_NUMBER) || value > BigInt(LAST_NUMBER)) return text;
    const key = `${tenant} ${text}`;
    const known = this.#byNumber.get(key);
    if (known !== undefined) return known;
    const number = Number(value);
    const found = (await this.numbers.numbered(tenant, [number])).get(number);
    // Not known yet, it may have just been made: then its id is most likely the number.
    if (found?.kind !== 'group') return serverMadeId(number);
    this.#byNumber.set(key, found.id);
    return found.id;
  }
}
