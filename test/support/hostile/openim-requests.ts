import { codes, type CodeName } from '../../../api/dialects/openim/codes.js';
import type { Operation } from '../../../api/dialects/openim/operation.js';
import type { OpenimAnswer } from '../openim-client.js';
import { LARGEST_REFUSAL, type Mutation, mutationsOf, swollen, withAt } from './mutations.js';
import type { OpenimFixture } from './openim-fixtures.js';
import { schemaOf } from './schemas.js';
import type { Hostile, Who, World } from './world.js';

type Json = Record<string, unknown>;
interface Request {
  readonly token?: string | undefined;
  readonly body: object | string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The refusals of an id that names nothing here. */
const NOTHING_HERE = ['RecordNotFoundError', 'UserIDNotFoundError', 'NoPermissionError'];

/** The hostile requests to one operation of 003's API, each with the refusal that it must get. */
export class OpenimHostility {
  readonly #right: Omit<Request, 'body'> & { readonly body: Json };

  constructor(
    private readonly world: World,
    private readonly op: Operation,
    private readonly fixture: OpenimFixture,
    group: string,
  ) {
    this.#right = { token: this.#tokenOf(fixture.as), body: { ...fixture.body(group, world) } };
  }

  /** Last: it shows that nothing else than what was hostile was refused. Members that nobody knows do no harm. */
  right(): Promise<OpenimAnswer> {
    return this.#send({ ...this.#right, body: { ...this.#right.body, nonsense: { a: [1] }, createTime: 'x' } });
  }

  all(bad: Awaited<ReturnType<World['badTokens']>>): Hostile[] {
    return [
      ...this.#byStrangers(bad),
      ...this.#byOthers(),
      ...this.#aboutGroups(),
      ...this.#aboutUsers(),
      ...this.#malformed(),
    ];
  }

  #tokenOf(who: Who | undefined): string | undefined {
    return who === undefined ? undefined : this.world.tokens[who];
  }

  #byStrangers(bad: Awaited<ReturnType<World['badTokens']>>): Hostile[] {
    const { tokens, tenant } = this.world;
    const tenantless = this.#case('no tenant', { headers: { 'x-tenant-id': 'no tenant!' } }, 'ArgsError');
    if (this.op.access === 'open' || this.op.access === 'secret') return [tenantless, ...this.#byBadTokens(bad)];
    const named = { headers: { 'x-tenant-id': tenant } };
    const { as } = this.fixture;
    return [
      tenantless,
      this.#case('an expired token', { token: bad.expired }, 'TokenExpiredError'),
      this.#case('a forged token', { token: bad.badSignature }, 'TokenInvalidError'),
      this.#case('what is no token', { token: bad.malformed }, 'TokenMalformedError'),
      this.#case('an unsigned token', { token: bad.unsigned }, ['TokenMalformedError', 'TokenInvalidError']),
      this.#case('a token of somebody logged out', { token: tokens.gone }, 'TokenKickedError'),
      this.#case("another tenant's token", { token: tokens.stranger, ...named }, 'TokenInvalidError'),
      this.#case("another tenant's app admin", { token: tokens.foreignRoot, ...named }, 'TokenInvalidError'),
      ...(this.op.access === 'token'
        ? [
            this.#case('no token', { token: undefined }, 'TokenNotExistError'),
            this.#case('an empty token', { token: '' }, 'TokenNotExistError'),
            // Who he is comes first: he learns nothing of what a right body would be.
            this.#case('no token and no body', { token: undefined, body: '{' }, 'TokenNotExistError'),
          ]
        : []),
      ...(as === undefined || this.fixture.foreigner === 'allowed'
        ? []
        : [this.#case("another tenant's token there", { token: tokens.stranger }, NOTHING_HERE)]),
    ];
  }

  /** Where the secret of the app is asked for, a token that is no good helps nobody who doesn't show it. Wrong ones are counted. */
  #byBadTokens(bad: Awaited<ReturnType<World['badTokens']>>): Hostile[] {
    if (this.op.access !== 'secret') return [];
    const { tokens, tenant } = this.world;
    const body = { ...this.#right.body, secret: null };
    const shown = { ...bad, gone: tokens.gone, stranger: tokens.stranger, foreignRoot: tokens.foreignRoot };
    return Object.entries(shown).map(([what, token]) =>
      this.#case(
        `without the secret, ${what}`,
        { token, body, headers: { 'x-tenant-id': tenant } },
        'NoPermissionError',
      ),
    );
  }

  #byOthers(): Hostile[] {
    const { mayNot } = this.fixture;
    const { secret, ...others } = this.#right.body;
    const wrongSecrets =
      typeof secret === 'string'
        ? ['', 'another', secret.slice(1), `${secret} `].map((shown) =>
            this.#case(`secret ${shown}`, { body: { ...others, secret: shown } }, 'NoPermissionError'),
          )
        : [];
    if (typeof mayNot === 'string') return wrongSecrets;
    const body = secret === undefined ? this.#right.body : { ...others, secret: 'not it' };
    const by = Object.entries(mayNot).map(([who, code]) =>
      this.#case(`by ${who}`, { token: this.#tokenOf(who as Who), body }, code),
    );
    return [...wrongSecrets, ...by];
  }

  #aboutGroups(): Hostile[] {
    const of = (group: string): Json => ({ ...this.fixture.body(group, this.world) });
    if (JSON.stringify(of('a')) === JSON.stringify(of('b'))) return [];
    const { writes, dismissed, unknownGroup = 'RecordNotFoundError', suspended = 'NoPermissionError' } = this.fixture;
    return [
      ...(unknownGroup === 'allowed'
        ? []
        : [this.#case('an unknown group', { body: of('no-such-group') }, unknownGroup)]),
      ...(writes && dismissed !== 'allowed'
        ? [this.#case('a dismissed group', { body: of('im-dismissed') }, 'DismissedAlreadyError')]
        : []),
      ...(writes && suspended !== 'allowed'
        ? [this.#case('a suspended group', { body: of('im-suspended') }, suspended)]
        : []),
    ];
  }

  #aboutUsers(): Hostile[] {
    return Object.entries(this.fixture.users ?? {}).flatMap(([pointer, { another, nobody }]) => {
      const naming = (id: string): object => withAt(this.#right.body, pointer, id) as object;
      const cases: Hostile[] = [];
      if (typeof another !== 'string') {
        const request = { token: this.#tokenOf(another.by), body: naming(another.id) };
        cases.push(this.#case(`${pointer} names another, by ${another.by ?? 'nobody'}`, request, another.code));
      }
      if (typeof nobody !== 'string') {
        cases.push(this.#case(`${pointer} names nobody`, { body: naming('nobody-at-all') }, nobody.code));
      }
      return cases;
    });
  }

  #malformed(): Hostile[] {
    const right = this.#right.body;
    const mutations = mutationsOf(schemaOf(this.op.Body), right, { nulls: 'absent', unknownMembers: 'ignored' });
    // Where nothing need be said, nothing is said by no body at all.
    const nothing = (schemaOf(this.op.Body).required ?? []).length === 0 ? [] : [''];
    const raw = [...nothing, '[]', '"text"', '7', 'null', '[{}]', '{', "{'a':1}", 'a=1&b=2', '\0', '{"a":1}}'];
    return [
      ...mutations.flatMap((mutation) => this.#mutated(mutation)),
      ...raw.map((body) => this.#case(`body ${JSON.stringify(body)}`, { body }, 'ArgsError')),
      this.#case('body too large', { body: { ...right, x: 'a'.repeat(600_000) } }, 'ArgsError'),
      ...Object.entries(swollen(right)).map(([what, body]) => this.#case(`body of ${what}`, { body }, 'ArgsError')),
      this.#case('body too deep', { body: `{"x":${'['.repeat(100_000)}${']'.repeat(100_000)}}` }, 'ArgsError'),
      this.#case('__proto__', { body: JSON.stringify(right).replace('{', '{"__proto__":{"x":1},') }, 'ArgsError'),
    ];
  }

  #mutated({ what, pointer, input, kind }: Mutation): Hostile[] {
    const body = input as object;
    const label = `${pointer}: ${what}`;
    if (kind === 'form') return [this.#case(label, { body }, 'ArgsError')];
    const { lookedThrough = [] } = this.fixture;
    // In a list any text is passed over; alone it must be text that every store keeps.
    const answered = lookedThrough.includes(pointer)
      ? what.endsWith('characters')
      : lookedThrough.includes(pointer.replace(/\/0$/, ''));
    if (kind === 'text' && answered) return [this.#answered(label, body)];
    if (kind === 'text') return [this.#case(label, { body }, ['ArgsError', 'TokenMalformedError', ...NOTHING_HERE])];
    // The form lets it through, so who asks, or what he names, is what it is refused for.
    const { mayNot } = this.fixture;
    if (typeof mayNot === 'string' || 'secret' in this.#right.body) return [];
    const [who] = Object.keys(mayNot);
    const request = { ...this.#right, body, token: this.#tokenOf(who as Who) };
    const send = async (): Promise<string> => {
      const answer = await this.#send(request);
      const wrong = this.#wrong(answer, ['ArgsError', 'GroupIDExisted', ...NOTHING_HERE]);
      return wrong === '' && answer.errDlt.startsWith('/') ? `not let through: ${answer.errDlt}` : wrong;
    };
    return [{ what: `${label}, by ${who ?? ''}`, send }];
  }

  #answered(what: string, body: object): Hostile {
    return {
      what,
      send: async () => {
        const answer = await this.#send({ ...this.#right, body });
        return answer.errCode === 0 ? '' : `not answered: ${JSON.stringify(answer).slice(0, 300)}`;
      },
    };
  }

  #case(what: string, change: Partial<Request>, names: string | readonly string[]): Hostile {
    const request = { ...this.#right, ...change };
    return {
      what,
      send: async () => {
        try {
          return this.#wrong(await this.#send(request), [names].flat());
        } catch (error) {
          return String(error);
        }
      },
    };
  }

  /** What is wrong with a refusal: its code, or its shape. The client has seen that it is HTTP 200 with the envelope. */
  #wrong(answer: OpenimAnswer, names: readonly string[]): string {
    const said = JSON.stringify(answer).slice(0, 300);
    if (JSON.stringify(answer).length > LARGEST_REFUSAL) return `the size of ${said}`;
    if (!names.includes(answer.errMsg)) return `${said} instead of ${names.join(' or ')}`;
    const code = codes[answer.errMsg as CodeName];
    if (answer.errCode !== code) return `the code of ${said}`;
    if (!answer.errDlt.endsWith(`: [${code.toString()}]${answer.errMsg}`)) return `the detail of ${said}`;
    return 'data' in answer ? `data in ${said}` : '';
  }

  #send({ token, body, headers }: Request): Promise<OpenimAnswer> {
    return this.world.im.call(this.op.path, body, {
      ...(token === undefined ? {} : { token }),
      ...(headers === undefined ? {} : { headers }),
    });
  }
}
