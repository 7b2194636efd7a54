import { MAX_STRANGERS_BODY_BYTES } from '../../../api/http/body.js';
import type { Operation } from '../../../api/v1/operation.js';
import { problemsOf } from '../../../api/v1/openapi.js';
import { problemStatus } from '../../../api/v1/problems.js';
import type { V1Answer } from '../v1-client.js';
import { LARGEST_REFUSAL, type Mutation, mutationsOf, replaced, swollen, withAt } from './mutations.js';
import { kindOf, type Schema, schemaOf } from './schemas.js';
import type { V1Fixture } from './v1-fixtures.js';
import type { Hostile, Who, World } from './world.js';

type Values = Readonly<Record<string, unknown>>;
interface Request {
  readonly token?: string | undefined;
  readonly path: Values;
  readonly query: Values;
  readonly body: unknown;
  readonly raw?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const NAMES_NOTHING = [
  'UserNotFound',
  'NotGroupMember',
  'MemberNotFound',
  'InvitationNotFound',
  'JoinRequestNotFound',
  'FriendRequestNotFound',
  'BadCredentials',
  'WrongPassword',
];

/** The hostile requests to one operation of `/v1`, each with the refusal that it must get. */
export class V1Hostility {
  readonly #right: Request;

  constructor(
    private readonly world: World,
    private readonly op: Operation,
    private readonly fixture: V1Fixture,
    /** The group that the request which is right is about. */
    group: string,
  ) {
    this.#right = {
      token: this.#tokenOf(fixture.as),
      path: {
        ...(op.path.includes('{groupId}') ? { groupId: group } : {}),
        ...(op.path.includes('{conversationId}') ? { conversationId: `group:${group}` } : {}),
        ...fixture.path,
      },
      query: fixture.query ?? {},
      body: op.Body === undefined ? undefined : (fixture.body ?? {}),
    };
  }

  /** Last: it shows that nothing else than what was hostile was refused. */
  right(): Promise<V1Answer> {
    return this.#send(this.#right);
  }

  all(bad: Awaited<ReturnType<World['badTokens']>>): Hostile[] {
    return [
      ...this.#byStrangers(bad),
      ...this.#byOthers(),
      ...this.#aboutGroups(),
      ...this.#aboutUsers(),
      ...this.#malformed(),
      ...this.#headers(),
    ];
  }

  #tokenOf(who: Who): string | undefined {
    return this.op.access === 'public' ? undefined : this.world.tokens[who];
  }

  #byStrangers(bad: Awaited<ReturnType<World['badTokens']>>): Hostile[] {
    const { tokens, tenant } = this.world;
    if (this.op.access === 'public') return [];
    const unknown = { 'no token': undefined, 'a token of somebody logged out': tokens.gone, ...bad };
    const elsewhere = { headers: { 'x-tenant-id': tenant } };
    const grouped = this.op.path.startsWith('/groups/');
    const foreigner =
      this.fixture.foreigner ??
      (this.op.access === 'appAdmin' ? 'Forbidden' : grouped ? 'GroupNotFound' : 'NotPermitted');
    return [
      ...Object.entries(unknown).map(([what, token]) => this.#case(`token: ${what}`, { token }, 'Unauthenticated')),
      this.#case(
        'another scheme',
        { token: undefined, headers: { authorization: 'Basic cm9vdDpyb290' } },
        'Unauthenticated',
      ),
      this.#case("another tenant's token for this tenant", { token: tokens.stranger, ...elsewhere }, 'Forbidden'),
      this.#case(
        "another tenant's app admin for this tenant",
        { token: tokens.foreignRoot, ...elsewhere },
        'Forbidden',
      ),
      ...(foreigner === 'allowed' ? [] : [this.#case("another tenant's token", { token: tokens.stranger }, foreigner)]),
      ...(grouped ? [this.#case("another tenant's app admin", { token: tokens.foreignRoot }, 'GroupNotFound')] : []),
      this.#case(
        'on behalf of somebody, by no app admin',
        { token: tokens.outsider, headers: { 'parley-on-behalf-of': 'owner' } },
        'Forbidden',
      ),
    ];
  }

  #byOthers(): Hostile[] {
    const { mayNot } = this.fixture;
    if (typeof mayNot === 'string') return [];
    return Object.entries(mayNot).map(([who, code]) =>
      this.#case(`by ${who}`, { token: this.world.tokens[who as Who] }, code),
    );
  }

  #aboutGroups(): Hostile[] {
    if (!this.op.path.includes('{groupId}')) return [];
    const { command, access } = this.op;
    const { unknownGroup = 'GroupNotFound', dismissed, suspended } = this.fixture;
    const states: Record<string, readonly [string, string]> = {
      'an unknown group': ['no-such-group', unknownGroup],
      'a dismissed group': ['dismissed', dismissed ?? (command ? 'GroupDismissed' : 'allowed')],
      'a suspended group': [
        'suspended',
        suspended ?? (command && access !== 'appAdmin' ? 'GroupSuspended' : 'allowed'),
      ],
    };
    const odd = ['%00', 'a%20b', '%F0%9F%92%A9', '..%2F..%2Fetc', "'%20OR%201=1--", 'a'.repeat(65), '%E0%A4%A'];
    return [
      ...Object.entries(states).flatMap(([what, [groupId, code]]) =>
        code === 'allowed' ? [] : [this.#case(what, { path: { ...this.#right.path, groupId } }, code)],
      ),
      ...odd.map((id) => ({
        what: `group ${id.slice(0, 20)}`,
        send: async () =>
          // To take no group off one's favourites is no mistake.
          this.#unheardOr('GroupNotFound', { path: { ...this.#right.path, groupId: { raw: id } } }),
      })),
    ];
  }

  #aboutUsers(): Hostile[] {
    return Object.entries(this.fixture.users ?? {}).flatMap(([pointer, { another, nobody }]) => {
      const name = pointer.slice(1);
      const naming = (id: string): Partial<Request> => {
        if (name in this.#right.path) return { path: { ...this.#right.path, [name]: id } };
        if (name in this.#right.query) return { query: { ...this.#right.query, [name]: id } };
        return { body: withAt(this.#right.body, pointer, id) };
      };
      const what = `${pointer} names`;
      const cases: Hostile[] = [];
      if (typeof another !== 'string') {
        const token = this.#tokenOf(another.by);
        cases.push(this.#case(`${what} another, by ${another.by}`, { token, ...naming(another.id) }, another.code));
      }
      if (nobody === 'reported') {
        cases.push({ what: `${what} nobody`, send: () => this.#comesToNothing(naming('nobody-at-all')) });
      } else if (typeof nobody !== 'string') {
        cases.push(this.#case(`${what} nobody`, naming('nobody-at-all'), nobody.code));
      }
      return cases;
    });
  }

  async #comesToNothing(change: Partial<Request>): Promise<string> {
    const { status, body } = await this.#send({ ...this.#right, ...change });
    const nothing = status === this.op.success.status && body['changed'] === false;
    return nothing ? '' : `${status.toString()} ${JSON.stringify(body)}`;
  }

  #malformed(): Hostile[] {
    const { Body, Query, bodyOptional } = this.op;
    const cases: Hostile[] = [];
    if (Body !== undefined) {
      const right = this.#right.body as Record<string, unknown>;
      const mutations = mutationsOf(schemaOf(Body), right, { nulls: 'wrong', unknownMembers: 'wrong' });
      cases.push(...mutations.flatMap((mutation) => this.#mutated(mutation)));
      cases.push(
        ...['[]', '"text"', '7', 'null', '[{}]'].map((raw) =>
          this.#case(`body ${raw}`, { raw }, ['InvalidRequest', 'MalformedJson']),
        ),
        ...['{', '{"a":1,}', "{'a':1}", 'a=1&b=2', '\u0000'].map((raw) =>
          this.#case(`body ${JSON.stringify(raw)}`, { raw }, 'MalformedJson'),
        ),
        this.#case(
          'body with __proto__',
          { raw: JSON.stringify(right).replace('{', '{"__proto__":{"x":1},').replace(',}', '}') },
          'InvalidRequest',
        ),
        this.#case('body too large', { raw: JSON.stringify({ ...right, x: 'a'.repeat(600_000) }) }, 'BodyTooLarge'),
        this.#case(
          'body of many unknown members',
          { body: { ...right, ...Object.fromEntries(Array.from({ length: 200 }, (_, n) => ['m'.repeat(n + 1), n])) } },
          'InvalidRequest',
        ),
        ...Object.entries(swollen(right)).map(([what, swelled]) =>
          this.#case(`body of ${what}`, { raw: swelled }, 'InvalidRequest'),
        ),
        this.#case('body too deep', { body: { ...right, x: nested(40) } }, 'InvalidRequest'),
        this.#case(
          'body much too deep',
          { raw: `{"x":${'['.repeat(100_000)}${']'.repeat(100_000)}}` },
          'InvalidRequest',
        ),
      );
      if (!bodyOptional) cases.push(this.#case('no body', { body: undefined }, 'InvalidRequest'));
    }
    if (Query !== undefined) cases.push(...this.#queries(schemaOf(Query)));
    return cases;
  }

  #mutated({ what, pointer, input, kind }: Mutation): Hostile[] {
    const label = `${pointer}: ${what}`;
    if (kind === 'form') return [this.#case(label, { body: input }, 'InvalidRequest', pointer)];
    if (kind === 'text') {
      const codes = ['InvalidRequest', 'InvalidArgument', 'NotStorable', ...NAMES_NOTHING];
      return this.op.access === 'public'
        ? [this.#case(label, { body: input }, codes)]
        : [{ what: label, send: async () => this.#unheard(await this.#send({ ...this.#right, body: input })) }];
    }
    // The form lets it through, so who asks is what it is refused for.
    const { mayNot } = this.fixture;
    const [who, code] = typeof mayNot === 'string' ? [] : (Object.entries(mayNot)[0] ?? []);
    if (who === undefined || code === undefined) return [];
    return [
      this.#case(`${label}, by ${who}`, { body: input, token: this.world.tokens[who as Who] }, [
        code,
        'InvalidArgument',
      ]),
    ];
  }

  /** Text that no store keeps is refused for itself, or for what it doesn't name; in a list nothing comes of it. */
  #unheard(answer: V1Answer): string {
    if (answer.body['changed'] === false) return '';
    const codes = ['InvalidRequest', 'InvalidArgument', 'NotStorable', ...NAMES_NOTHING];
    return this.#wrong(answer, codes, undefined);
  }

  async #unheardOr(code: string, change: Partial<Request>): Promise<string> {
    const answer = await this.#send({ ...this.#right, ...change });
    if (answer.body['changed'] === false && this.fixture.unknownGroup === 'allowed') return '';
    return this.#wrong(answer, ['InvalidRequest', 'InvalidArgument', code], undefined);
  }

  #queries(schema: Schema): Hostile[] {
    const wrong = Object.entries(schema.properties ?? {}).flatMap(([name, property]): (readonly [string, string])[] => {
      const kind = kindOf(property);
      const { enum: choices, maxLength, minLength = 0, minimum, maximum, maxItems, format } = property;
      return [
        ...(choices === undefined
          ? []
          : ([
              [name, 'no-such-choice'],
              [name, ''],
            ] as const)),
        ...(kind === 'number'
          ? ([
              [name, 'x'],
              [name, '1.5'],
              [name, '1e99'],
              [name, 'NaN'],
              [name, '0x7g'],
            ] as const)
          : []),
        ...(minimum === undefined ? [] : ([[name, (minimum - 1).toString()]] as const)),
        ...(maximum === undefined ? [] : ([[name, (maximum + 1).toString()]] as const)),
        ...(maxLength === undefined ? [] : ([[name, 'a'.repeat(maxLength + 1)]] as const)),
        ...(minLength > 0 ? ([[name, '']] as const) : []),
        ...(format === 'date-time' ? ([[name, 'yesterday']] as const) : []),
        ...(maxItems === undefined
          ? []
          : ([
              [name, Array.from({ length: maxItems + 1 }, () => 'a').join(',')],
              [name, ''],
            ] as const)),
        ...(name === 'cursor' || name === 'minPosition'
          ? ([
              [name, 'not-one'],
              [name, '\0'],
              [name, '%'],
            ] as const)
          : []),
      ];
    });
    const repeated = Object.entries(schema.properties ?? {}).filter(
      ([, property]) => kindOf(property) === 'string' || kindOf(property) === 'number',
    );
    return [
      ...wrong.map(([name, value]) =>
        this.#case(`query ${name}=${value.slice(0, 20)}`, { query: { ...this.#right.query, [name]: value } }, [
          'InvalidRequest',
          // A cursor of another store is told from one that never was.
          ...(name === 'minPosition' || name === 'cursor' ? ['CursorGone'] : []),
        ]),
      ),
      ...repeated.map(([name]) =>
        this.#case(`query ${name} twice`, { query: { ...this.#right.query, [name]: ['1', '2'] } }, 'InvalidRequest'),
      ),
      ...(schema.required ?? []).map((name) =>
        this.#case(`query without ${name}`, { query: without(this.#right.query, name) }, 'InvalidRequest'),
      ),
      this.#case('unknown query', { query: { ...this.#right.query, nonsense: '1' } }, 'InvalidRequest'),
    ];
  }

  #headers(): Hostile[] {
    const wrong: Record<string, string> = { 'x-tenant-id': 'no tenant!' };
    if (this.op.command) wrong['idempotency-key'] = 'a'.repeat(256);
    if (this.op.ifMatch) wrong['if-match'] = 'nonsense';
    const stale = this.op.ifMatch
      ? [this.#case('a stale If-Match', { headers: { 'if-match': '"987654"' } }, 'RevisionMismatch')]
      : [];
    return [
      ...Object.entries(wrong).map(([name, value]) =>
        this.#case(`header ${name}`, { headers: { [name]: value } }, 'InvalidRequest'),
      ),
      ...stale,
    ];
  }

  #case(what: string, change: Partial<Request>, code: string | readonly string[], pointer?: string): Hostile {
    const request = { ...this.#right, ...change };
    // What strangers send is short, or its length is all that is looked at.
    const sent = request.raw ?? (JSON.stringify(request.body) as string | undefined) ?? '';
    const tooLong = this.op.access === 'public' && Buffer.byteLength(sent) > MAX_STRANGERS_BODY_BYTES;
    const [codes, at] = tooLong ? [['BodyTooLarge'], undefined] : [[code].flat(), pointer];
    return { what, send: async () => this.#wrong(await this.#send(request), codes, at) };
  }

  /** What is wrong with a refusal: its code, or its shape. */
  #wrong({ status, headers, body }: V1Answer, codes: readonly string[], pointer: string | undefined): string {
    const code = String(body['code']);
    const said = `${status.toString()} ${JSON.stringify(body).slice(0, 300)}`;
    if (JSON.stringify(body).length > LARGEST_REFUSAL) return `the size of ${said}`;
    if (!codes.includes(code)) return `${said} instead of ${codes.join(' or ')}`;
    if (status !== problemStatus(code) || body['status'] !== status) return `the status of ${said}`;
    if (headers.get('content-type')?.startsWith('application/problem+json') !== true) return `the type of ${said}`;
    const { type, title, correlationId } = body;
    if (type !== `urn:parley:problem:${code}` || typeof title !== 'string') return `the shape of ${said}`;
    if (typeof correlationId !== 'string') return `no correlationId in ${said}`;
    if ((status === 401) !== headers.has('www-authenticate')) return `WWW-Authenticate of ${said}`;
    if (!problemsOf(this.op).some((one) => one === code)) return `${code} is not among the problems it declares`;
    const pointers = ((body['errors'] ?? []) as { pointer: string }[]).map((one) => one.pointer);
    const top = (one: string): string => one.split('/').slice(0, 2).join('/');
    if (pointer !== undefined && !pointers.some((one) => top(one) === top(pointer))) return `the pointer of ${said}`;
    return '';
  }

  #send({ token, path, query, body, raw, headers }: Request): Promise<V1Answer> {
    const url = this.op.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
      const value = path[name] as string | { raw: string };
      return typeof value === 'string' ? encodeURIComponent(value) : value.raw;
    });
    const search = new URLSearchParams(
      Object.entries(query).flatMap(([name, value]) =>
        [value].flat().map((one): [string, string] => [name, String(one)]),
      ),
    ).toString();
    return this.world.v1.call(this.op.method.toUpperCase(), search === '' ? url : `${url}?${search}`, {
      ...(token === undefined ? {} : { token }),
      ...(raw !== undefined ? { rawBody: raw } : body === undefined ? {} : { body }),
      ...(headers === undefined ? {} : { headers }),
    });
  }
}

const nested = (levels: number): unknown => (levels === 0 ? 1 : { x: nested(levels - 1) });
const without = (values: Values, name: string): Values =>
  Object.fromEntries(
    Object.entries(replaced({ ...values }, name, undefined)).filter(([, value]) => value !== undefined),
  );
