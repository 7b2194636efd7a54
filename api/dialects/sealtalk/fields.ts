import type { SealtalkIds } from './ids.js';
import { texts } from './errors.js';
import { refused, refuseText } from './refused.js';

/**
 * A request's body as 004 reads it, before it looks at what is asked: field by field in the order sent, ids are told from other
 * values by their names and what is empty is refused, also in fields that nobody reads. What isn't sent at all is refused where
 * it is needed.
 */

/** These may be empty: to clear what was set. */
const MAY_BE_EMPTY: ReadonlySet<string> = new Set([
  'displayName',
  'pushContent',
  'bulletin',
  'region',
  'phone',
  'groupNickname',
  'WeChat',
  'Alipay',
  'memberDesc',
  'description',
  'imageUri',
]);

const ID = /Ids?$/;
const OF_GROUP = /group/i;

export interface FieldRules {
  /** Fields of this operation that may be empty, beside those that always may. */
  readonly mayBeEmpty?: readonly string[];
  /** What an id stands for, where its name doesn't say: `groupId` is a group's, all others are users'. */
  readonly kinds?: Readonly<Record<string, 'user' | 'group'>>;
}

/** @throws SealtalkRefused 400 `Empty <name>.` */
export async function fieldsOf(
  ids: Pick<SealtalkIds, 'users' | 'groups'>,
  tenant: string,
  body: unknown,
  { mayBeEmpty = [], kinds = {} }: FieldRules = {},
): Promise<Fields> {
  const sent = typeof body === 'object' && body !== null && !Array.isArray(body) ? Object.entries(body) : [];
  const kindOf = (name: string): 'user' | 'group' =>
    (Object.hasOwn(kinds, name) ? kinds[name] : undefined) ?? (OF_GROUP.test(name) ? 'group' : 'user');
  const values = new Map<string, unknown>(sent);
  // Those of users together, and those of groups: one question to the read side each.
  for (const kind of ['user', 'group'] as const) {
    const named = sent.filter(([name]) => ID.test(name) && kindOf(name) === kind);
    const told = named.flatMap(([, value]: [string, unknown]): unknown[] => (Array.isArray(value) ? value : [value]));
    if (told.length > MOST_IDS) refused(texts.illegalParameter);
    const meant = kind === 'user' ? await ids.users(tenant, told) : await ids.groups(tenant, told);
    let next = 0;
    for (const [name, value] of named) {
      const count = Array.isArray(value) ? value.length : 1;
      const decoded = meant.slice(next, next + count);
      values.set(name, Array.isArray(value) ? decoded : decoded[0]);
      next += count;
    }
  }
  for (const [name, value] of values) {
    if (isEmpty(value) && !MAY_BE_EMPTY.has(name) && !mayBeEmpty.includes(name)) refuseEmpty(name);
  }
  return new Fields(values, Object.fromEntries(sent));
}

/** Of one request. What a list may hold is the operation's to say; this keeps a hostile one from being looked up. */
const MOST_IDS = 5_000;

const isEmpty = (value: unknown): boolean =>
  value === '' || value === null || (Array.isArray(value) && value.length === 0);

/** Names that are none of 004's are not repeated to the client, which takes errors for HTML. */
const NAME = /^[A-Za-z_]{1,32}$/;

export function refuseEmpty(name: string): never {
  return refuseText(400, NAME.test(name) ? `Empty ${name}.` : 'Empty field.');
}

/** What was sent, with ids as Parley knows them. */
export class Fields {
  constructor(
    private readonly values: ReadonlyMap<string, unknown>,
    private readonly sent: Readonly<Record<string, unknown>>,
  ) {}

  has(name: string): boolean {
    return this.values.has(name);
  }

  /** As it was sent; undefined where it wasn't. */
  value(name: string): unknown {
    return this.values.get(name);
  }

  /** @throws SealtalkRefused 400 `Empty <name>.` where it is missing */
  id(name: string): string {
    const value = this.values.get(name);
    return typeof value === 'string' && value !== '' ? value : refuseEmpty(name);
  }

  /** null stands for what can't be an id. One that isn't in a list is a list of one. @throws as `id` */
  ids(name: string): (string | null)[] {
    const value = this.values.get(name);
    if (value === undefined || isEmpty(value)) refuseEmpty(name);
    return (Array.isArray(value) ? value : [value]) as (string | null)[];
  }

  /** Those who are named where nobody need be: by no list, an empty one, or an empty text. null as in `ids`. */
  idsIfAny(name: string): (string | null)[] {
    return isEmpty(this.sent[name] ?? null) ? [] : ([this.values.get(name)].flat() as (string | null)[]);
  }

  /**
   * A number counts as its digits, for clients send some so. undefined: it is missing, or null.
   * @throws SealtalkRefused 400 for what is no text, which would be passed over otherwise
   */
  text(name: string): string | undefined {
    return this.value(name) === null ? undefined : (this.#textOf(name) ?? this.#refuseOther(name));
  }

  /** @throws as `id`, also for what is no text */
  requiredText(name: string): string {
    return this.#textOf(name) ?? refuseEmpty(name);
  }

  #textOf(name: string): string | undefined {
    const value = this.values.get(name);
    return typeof value === 'number' ? String(value) : typeof value === 'string' ? value : undefined;
  }

  #refuseOther(name: string): undefined {
    return this.has(name) ? refused(texts.illegalParameter) : undefined;
  }
}
