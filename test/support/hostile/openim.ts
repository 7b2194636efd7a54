import type { Operation } from '../../../api/dialects/openim/operation.js';
import { codes, type CodeName } from '../../../api/dialects/openim/codes.js';
import { openimOperations } from '../../../api/dialects/openim/operations.js';
import type { OpenimServices } from '../../../api/dialects/openim/services.js';
import type { OpenimAnswer } from '../openim-client.js';
import {
  type Case,
  type DialectFixture,
  type DialectUnderAttack,
  groupOf,
  type Request,
  type RightRequest,
} from './dialect-requests.js';
import { openimFixtures } from './openim-fixtures.js';
import type { World } from './world.js';

/** The refusals of an id that names nothing here. */
const NOTHING_HERE = ['RecordNotFoundError', 'UserIDNotFoundError', 'NoPermissionError'] as const;

// Declarations only: their handlers are never called here.
const operations = openimOperations({} as OpenimServices);
const GROUPS = 'im-';

const token = (value: string): Pick<Request, 'credential'> => ({ credential: { token: value } });
const NO_TOKEN = { as: undefined } as const;

async function byStrangers(world: World, op: Operation, right: RightRequest, fixture: DialectFixture): Promise<Case[]> {
  const { tokens, tenant } = world;
  const bad = await world.badTokens();
  const tenantless: Case = {
    what: 'no tenant',
    change: { headers: { 'x-tenant-id': 'no tenant!' } },
    codes: 'ArgsError',
  };
  const named = { headers: { 'x-tenant-id': tenant } };
  if (op.access === 'open') return [tenantless];
  if (op.access === 'secret') {
    // Where the secret of the app is asked for, a token that is no good helps nobody who doesn't show it. Wrong ones are counted.
    const body = { ...right.body, secret: null };
    const shown = { ...bad, gone: tokens.gone, stranger: tokens.stranger, foreignRoot: tokens.foreignRoot };
    const without = Object.entries(shown).map(([what, value]) => ({
      what: `without the secret, ${what}`,
      change: { ...token(value), body, ...named },
      codes: 'NoPermissionError',
    }));
    return [tenantless, ...without];
  }
  return [
    tenantless,
    { what: 'an expired token', change: token(bad.expired), codes: 'TokenExpiredError' },
    { what: 'a forged token', change: token(bad.badSignature), codes: 'TokenInvalidError' },
    { what: 'what is no token', change: token(bad.malformed), codes: 'TokenMalformedError' },
    { what: 'an unsigned token', change: token(bad.unsigned), codes: ['TokenMalformedError', 'TokenInvalidError'] },
    { what: 'a token of somebody logged out', change: token(tokens.gone), codes: 'TokenKickedError' },
    {
      what: "another tenant's token",
      change: { ...token(tokens.stranger), ...named },
      codes: 'TokenInvalidError',
    },
    {
      what: "another tenant's app admin",
      change: { ...token(tokens.foreignRoot), ...named },
      codes: 'TokenInvalidError',
    },
    ...(op.access === 'token'
      ? [
          { what: 'no token', change: NO_TOKEN, codes: 'TokenNotExistError' },
          { what: 'an empty token', change: token(''), codes: 'TokenNotExistError' },
          // Who he is comes first: he learns nothing of what a right body would be.
          { what: 'no token and no body', change: { ...NO_TOKEN, body: '{' }, codes: 'TokenNotExistError' },
        ]
      : []),
    ...(right.as === undefined || fixture.foreigner === 'allowed'
      ? []
      : [{ what: "another tenant's token there", change: token(tokens.stranger), codes: NOTHING_HERE }]),
  ];
}

/** Where a secret is shown, others than the right one open nothing. */
function bySecrets({ body }: RightRequest): Case[] {
  const { secret, ...others } = body;
  if (typeof secret !== 'string') return [];
  return ['', 'another', secret.slice(1), `${secret} `].map((shown) => ({
    what: `secret ${shown}`,
    change: { body: { ...others, secret: shown } },
    codes: 'NoPermissionError',
  }));
}

/** The client has seen that it is HTTP 200 with the envelope. */
function wrongOf(answer: OpenimAnswer, names: readonly string[]): string {
  const said = JSON.stringify(answer).slice(0, 300);
  if (!names.includes(answer.errMsg)) return `${said} instead of ${names.join(' or ')}`;
  const code = codes[answer.errMsg as CodeName];
  if (answer.errCode !== code) return `the code of ${said}`;
  if (!answer.errDlt.endsWith(`: [${code.toString()}]${answer.errMsg}`)) return `the detail of ${said}`;
  return 'data' in answer ? `data in ${said}` : '';
}

export const openimUnderAttack: DialectUnderAttack<Operation, OpenimAnswer> = {
  name: '003',
  operations,
  fixtures: openimFixtures,
  reads: { nulls: 'absent', unknownMembers: 'ignored' },
  usual: {
    input: 'ArgsError',
    text: ['ArgsError', 'TokenMalformedError', ...NOTHING_HERE],
    letThrough: ['ArgsError', 'GroupIDExisted', ...NOTHING_HERE],
    unknownGroup: 'RecordNotFoundError',
    dismissedGroup: 'DismissedAlreadyError',
    suspendedGroup: 'NoPermissionError',
  },
  groups: GROUPS,
  prepare: (world) =>
    world.groups(
      'openim',
      GROUPS,
      operations.map((op) => groupOf({ groups: GROUPS }, op)),
    ),
  send: (world, op, { as, credential, body, headers }) =>
    world.im.call(op.path, body, {
      headers: { ...(as === undefined ? {} : { token: world.tokens[as] }), ...credential, ...headers },
    }),
  isDone: ({ errCode }) => errCode === 0,
  wrongOf,
  saysForm: ({ errDlt }) => errDlt.startsWith('/'),
  byStrangers,
  beside: (_world, _op, right) => bySecrets(right),
};
