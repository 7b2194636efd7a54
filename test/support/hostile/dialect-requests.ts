import { nameOf, type Operation } from '../../../api/dialects/shared/operation.js';
import { LARGEST_REFUSAL, type Mutation, type MutationOptions, mutationsOf, swollen, withAt } from './mutations.js';
import { schemaOf } from './schemas.js';
import type { Hostile, Who, World } from './world.js';

/** The hostile requests to any dialect's operations, made from their declarations. */

export type Json = Readonly<Record<string, unknown>>;
export type AnyOperation = Operation<string, unknown>;

/** What must be known of a user named in a body; refusals by the dialect's names of them. */
export interface NamedUser {
  /** Who may not name another there (nobody: without a token), whom he names, and the refusal; or why anybody may. */
  readonly another: { readonly by?: Who; readonly id: string; readonly code: string } | string;
  /** The refusal of an id that nobody has; or why there is none. */
  readonly nobody: { readonly code: string } | string;
}

/** One for each operation. */
export interface DialectFixture {
  /** Who may do it; absent: whoever sends it. */
  readonly as?: Who;
  /** A request that is right, about this group if it is about any. Default: none of these. */
  readonly body?: (group: string, world: World) => Json;
  readonly query?: (group: string, world: World) => Json;
  readonly params?: (group: string, world: World) => Json;
  /** What must be so before, by `/v1`. */
  readonly given?: (group: string) => readonly (readonly [string, string, Who, object?])[];
  /** The same by this API: which operation, who and the body. */
  readonly asked?: readonly (readonly [name: string, by: Who, body: object])[];
  /** Who may not, and the refusal; or why there is nobody. */
  readonly mayNot: Readonly<Partial<Record<Who, string>>> | string;
  readonly users?: Readonly<Record<string, NamedUser>>;
  /** Whether its success is an event. */
  readonly writes: boolean;
  /** The refusal where it isn't the usual one of its sort; `allowed` where there is none. */
  readonly unknownGroup?: string;
  readonly suspended?: string;
  readonly dismissed?: string;
  readonly foreigner?: 'allowed';
  /** What is only looked for, or looked through: whatever text it is, the answer is with whoever is known. */
  readonly lookedThrough?: readonly string[];
}

export interface Request {
  /** The one who proves himself, or nobody. */
  readonly as?: Who | undefined;
  /** Headers that are to prove it in his place. */
  readonly credential?: Readonly<Record<string, string>>;
  readonly params: Json;
  readonly query: Json;
  /** A text is sent as it is. */
  readonly body: Json | string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One that is right has an object. */
export type RightRequest = Omit<Request, 'body'> & { readonly body: Json };

/** A request that must be refused so. */
export interface Case {
  readonly what: string;
  readonly change: Partial<Request>;
  readonly codes: string | readonly string[];
}

/** What a dialect calls the refusals that every operation has. */
export interface UsualRefusals {
  /** A body, query or path that isn't as it must be. */
  readonly input: string | readonly string[];
  /** A text that no store keeps, or that is longer than anything may be. */
  readonly text: readonly string[];
  /** A body that its form lets through, by somebody who may not. */
  readonly letThrough: readonly string[];
  readonly unknownGroup: string;
  readonly dismissedGroup: string;
  readonly suspendedGroup: string;
}

/** How a dialect is called, and how it refuses. */
export interface DialectUnderAttack<Op extends AnyOperation = AnyOperation, Answer = unknown> {
  /** As a title says it: `003`. */
  readonly name: string;
  readonly operations: readonly Op[];
  readonly fixtures: Readonly<Record<string, DialectFixture>>;
  /** How bodies are read. */
  readonly reads: MutationOptions;
  readonly usual: UsualRefusals;
  /** In front of the names of its groups, which `prepare` makes: one for each operation, `dismissed` and `suspended`. */
  readonly groups: string;
  /** People and groups as the fixtures want them. */
  readonly prepare: (world: World) => Promise<void>;
  readonly send: (world: World, operation: Op, request: Request) => Promise<Answer>;
  readonly isDone: (answer: Answer) => boolean;
  /** What is wrong with a refusal, its shape included; '' for one of these. */
  readonly wrongOf: (answer: Answer, codes: readonly string[]) => string;
  /** Whether it says that the request didn't have its form, which an operation's classes say. */
  readonly saysForm: (answer: Answer) => boolean;
  /** Whoever has proved nothing, or comes from elsewhere. */
  readonly byStrangers: (world: World, operation: Op, right: RightRequest, fixture: DialectFixture) => Promise<Case[]>;
  /** What this dialect alone has. */
  readonly beside?: (world: World, operation: Op, right: RightRequest, fixture: DialectFixture) => Case[];
}

/** The name of the group that an operation is tried on. */
export const groupOf = ({ groups }: Pick<DialectUnderAttack, 'groups'>, operation: AnyOperation): string =>
  groups +
  nameOf(operation)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');

/** Makes so what the fixtures want to be so before. */
export async function prepared<Op extends AnyOperation, Answer>(
  dialect: DialectUnderAttack<Op, Answer>,
  world: World,
): Promise<void> {
  await dialect.prepare(world);
  const { operations, fixtures } = dialect;
  await Promise.all(
    operations.map(async (op) => {
      const { given, asked = [] } = fixtures[nameOf(op)] ?? {};
      for (const step of given?.(groupOf(dialect, op)) ?? []) await world.done(...step);
      for (const [name, as, body] of asked) {
        const other = operations.find((one) => nameOf(one) === name);
        if (other === undefined) throw new Error(`there is no ${name}`);
        const answer = await dialect.send(world, other, { as, params: {}, query: {}, body: { ...body } });
        if (!dialect.isDone(answer)) throw new Error(`${name} by ${as}: ${said(answer)}`);
      }
    }),
  );
}

/** The hostile requests to one operation, each with the refusal that it must get. */
export class DialectHostility<Op extends AnyOperation, Answer> {
  readonly #right: RightRequest;
  readonly #fixture: DialectFixture;

  constructor(
    private readonly dialect: DialectUnderAttack<Op, Answer>,
    private readonly world: World,
    private readonly op: Op,
  ) {
    const fixture = dialect.fixtures[nameOf(op)];
    if (fixture === undefined) throw new Error(`${nameOf(op)} has no fixture`);
    this.#fixture = fixture;
    this.#right = this.#about(groupOf(dialect, op));
  }

  /** Whether its success is an event. */
  get writes(): boolean {
    return this.#fixture.writes;
  }

  /** Last: it shows that nothing else than what was hostile was refused. Members that nobody knows do no harm where they are ignored. */
  right(): Promise<Answer> {
    const more = this.dialect.reads.unknownMembers === 'ignored' ? { nonsense: { a: [1] }, createTime: 'x' } : {};
    return this.#send({ ...this.#right, body: { ...this.#right.body, ...more } });
  }

  async all(): Promise<Hostile[]> {
    const right = this.#right;
    const cases = [
      ...(await this.dialect.byStrangers(this.world, this.op, right, this.#fixture)),
      ...this.#byOthers(),
      ...(this.dialect.beside?.(this.world, this.op, right, this.#fixture) ?? []),
      ...this.#aboutGroups(),
      ...this.#aboutUsers(),
      ...this.#malformed(),
    ];
    return [
      ...cases.map((one) => this.#hostile(one)),
      ...this.#mutations().flatMap((mutation) => this.#mutated(mutation)),
    ];
  }

  #about(group: string): RightRequest {
    const { as, body, query, params } = this.#fixture;
    const { world } = this;
    return {
      as,
      params: { ...params?.(group, world) },
      query: { ...query?.(group, world) },
      body: { ...body?.(group, world) },
    };
  }

  #byOthers(): Case[] {
    const { mayNot } = this.#fixture;
    if (typeof mayNot === 'string') return [];
    // Who shows the app's secret speaks for the app, whoever he is.
    const { body } = this.#right;
    const shown = 'secret' in body ? { body: { ...body, secret: 'not it' } } : {};
    return Object.entries(mayNot).map(([who, codes]) => ({
      what: `by ${who}`,
      change: { ...shown, as: who as Who },
      codes,
    }));
  }

  #aboutGroups(): Case[] {
    if (JSON.stringify(this.#about('a')) === JSON.stringify(this.#about('b'))) return [];
    const { usual, groups } = this.dialect;
    const {
      writes,
      unknownGroup = usual.unknownGroup,
      dismissed = writes ? usual.dismissedGroup : 'allowed',
      suspended = writes ? usual.suspendedGroup : 'allowed',
    } = this.#fixture;
    const of: readonly (readonly [what: string, group: string, codes: string])[] = [
      ['an unknown group', 'no-such-group', unknownGroup],
      ['a dismissed group', `${groups}dismissed`, dismissed],
      ['a suspended group', `${groups}suspended`, suspended],
    ];
    return of
      .filter(([, , codes]) => codes !== 'allowed')
      .map(([what, group, codes]) => ({ what, change: this.#about(group), codes }));
  }

  #aboutUsers(): Case[] {
    return Object.entries(this.#fixture.users ?? {}).flatMap(([pointer, { another, nobody }]) => {
      const naming = (id: string): Json => withAt(this.#right.body, pointer, id) as Json;
      const cases: Case[] = [];
      if (typeof another !== 'string') {
        const { by, id, code } = another;
        const change = { as: by, body: naming(id) };
        cases.push({ what: `${pointer} names another, by ${by ?? 'nobody'}`, change, codes: code });
      }
      if (typeof nobody !== 'string') {
        const change = { body: naming('nobody-at-all') };
        cases.push({ what: `${pointer} names nobody`, change, codes: nobody.code });
      }
      return cases;
    });
  }

  #malformed(): Case[] {
    if (this.op.method === 'GET') return [];
    const right = this.#right.body;
    // Where nothing need be said, nothing is said by no body at all.
    const nothing = (schemaOf(this.op.Body).required ?? []).length === 0 ? [] : [''];
    const raw = [...nothing, '[]', '"text"', '7', 'null', '[{}]', '{', "{'a':1}", 'a=1&b=2', '\0', '{"a":1}}'];
    const { input: codes } = this.dialect.usual;
    const bodies: readonly (readonly [what: string, body: Json | string])[] = [
      ...raw.map((body) => [JSON.stringify(body), body] as const),
      ['too large', { ...right, x: 'a'.repeat(600_000) }],
      ...Object.entries(swollen(right)).map(([what, body]) => [`of ${what}`, body] as const),
      ['too deep', `{"x":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
      ['__proto__', JSON.stringify(right).replace('{', '{"__proto__":{"x":1},').replace(',}', '}')],
    ];
    return bodies.map(([what, body]) => ({ what: `body ${what}`, change: { body }, codes }));
  }

  #mutations(): Mutation[] {
    if (this.op.method === 'GET') return [];
    return mutationsOf(schemaOf(this.op.Body), { ...this.#right.body }, this.dialect.reads);
  }

  #mutated({ what, pointer, input, kind }: Mutation): Hostile[] {
    const body = input as Json;
    const label = `${pointer}: ${what}`;
    const { usual } = this.dialect;
    if (kind === 'form') return [this.#hostile({ what: label, change: { body }, codes: usual.input })];
    const { lookedThrough = [], mayNot } = this.#fixture;
    // In a list any text is passed over; alone it must be text that every store keeps.
    const answered = lookedThrough.includes(pointer)
      ? what.endsWith('characters')
      : lookedThrough.includes(pointer.replace(/\/0$/, ''));
    if (kind === 'text' && answered) return [this.#answered(label, body)];
    if (kind === 'text') return [this.#hostile({ what: label, change: { body }, codes: usual.text })];
    // The form lets it through, so who asks, or what he names, is what it is refused for.
    if (typeof mayNot === 'string' || 'secret' in this.#right.body) return [];
    const [who] = Object.keys(mayNot);
    const send = async (): Promise<string> => {
      const answer = await this.#send({ ...this.#right, body, as: who as Who });
      const wrong = this.#wrong(answer, usual.letThrough);
      return wrong === '' && this.dialect.saysForm(answer) ? `not let through: ${said(answer)}` : wrong;
    };
    return [{ what: `${label}, by ${who ?? ''}`, send }];
  }

  #answered(what: string, body: Json): Hostile {
    return {
      what,
      send: async () => {
        const answer = await this.#send({ ...this.#right, body });
        return this.dialect.isDone(answer) ? '' : `not answered: ${said(answer)}`;
      },
    };
  }

  #hostile({ what, change, codes }: Case): Hostile {
    return {
      what,
      send: async () => {
        try {
          return this.#wrong(await this.#send({ ...this.#right, ...change }), [codes].flat());
        } catch (error) {
          return String(error);
        }
      },
    };
  }

  #wrong(answer: Answer, codes: readonly string[]): string {
    if (JSON.stringify(answer).length > LARGEST_REFUSAL) return `the size of ${said(answer)}`;
    return this.dialect.wrongOf(answer, codes);
  }

  #send(request: Request): Promise<Answer> {
    return this.dialect.send(this.world, this.op, request);
  }
}

const said = (answer: unknown): string => JSON.stringify(answer).slice(0, 300);
