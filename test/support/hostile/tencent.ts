import { randomBytes } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import { codes, type CodeName } from '../../../api/dialects/tencent/codes.js';
import type { Operation } from '../../../api/dialects/tencent/operation.js';
import { tencentOperations } from '../../../api/dialects/tencent/operations.js';
import type { TencentServices } from '../../../api/dialects/tencent/services.js';
import { OTHER_SDKAPPID, OTHER_SECRET, TencentClient, userSigOf } from '../tencent-client.js';
import { type Case, type DialectUnderAttack, groupOf, type Request } from './dialect-requests.js';
import { tencentFixtures } from './tencent-fixtures.js';
import type { World } from './world.js';

// Declarations only: their handlers are never called here.
const operations = tencentOperations({} as TencentServices);
const GROUPS = 'tc-';

/** Here it is the URL's query that proves who calls. */
const query = (credential: Record<string, string>): Pick<Request, 'credential'> => ({ credential });

/** Thousand times as long as it is sent. */
const bomb = (): string => {
  const base64 = deflateSync(Buffer.alloc(2_000_000)).toString('base64');
  return base64.replaceAll('+', '*').replaceAll('/', '-').replaceAll('=', '_');
};

function byStrangers(): Promise<Case[]> {
  const foreign = { sdkappid: OTHER_SDKAPPID, secret: OTHER_SECRET };
  const signature = (usersig: string): Pick<Request, 'credential'> => query({ usersig });
  return Promise.resolve([
    { what: 'no identifier', change: query({ identifier: '' }), codes: 'noIdentity' },
    { what: 'no usersig', change: signature(''), codes: 'noIdentity' },
    {
      what: 'nobody, and no body',
      change: { ...query({ identifier: '', usersig: '' }), body: '{' },
      codes: 'noIdentity',
    },
    { what: 'what is no usersig', change: signature(randomBytes(100).toString('hex')), codes: 'noIdentity' },
    { what: 'a usersig of many bytes', change: signature('e'.repeat(5_000)), codes: 'noIdentity' },
    { what: 'one that inflates to megabytes', change: signature(bomb()), codes: 'noIdentity' },
    { what: 'a forged one', change: signature(userSigOf('root', { secret: OTHER_SECRET })), codes: 'wrongSignature' },
    { what: "another's", change: signature(userSigOf('owner')), codes: 'wrongSignature' },
    { what: "another app's", change: signature(userSigOf('root', foreign)), codes: 'wrongSignature' },
    { what: 'one that has expired', change: signature(userSigOf('root', { expire: 0 })), codes: 'wrongSignature' },
    { what: 'no app', change: query({ sdkappid: '' }), codes: 'noApp' },
    { what: 'an unknown app', change: query({ sdkappid: '7' }), codes: 'unknownApp' },
    {
      what: 'who is app admin of nothing there',
      change: query({ sdkappid: OTHER_SDKAPPID.toString(), usersig: userSigOf('root', foreign) }),
      codes: 'notAppAdmin',
    },
  ]);
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

async function send(world: World, { path }: Operation, request: Request): Promise<Answer> {
  const { as = 'root', credential = {}, body, headers } = request;
  const client = new TencentClient(world.v1.url, as);
  const { status, text } = await client.send(path, body, credential, { headers: { ...headers } });
  return { status, text };
}

const codeOf = ({ text }: Answer): number => (JSON.parse(text) as { ErrorCode: number }).ErrorCode;

function wrongOf(answer: Answer, names: readonly string[]): string {
  const said = `HTTP ${answer.status.toString()} ${answer.text.slice(0, 300)}`;
  if (answer.status !== 200) return said;
  const envelope = JSON.parse(answer.text) as object;
  if (Object.keys(envelope).join() !== 'ActionStatus,ErrorCode,ErrorInfo') return said;
  const found = names.some((name) => {
    const [code, text] = codes[name as CodeName];
    return (envelope as { ErrorInfo: string }).ErrorInfo.startsWith(text) && codeOf(answer) === code;
  });
  return found && (envelope as { ActionStatus: string }).ActionStatus === 'FAIL' ? '' : said;
}

/** 001, for the tests of hostile input. */
export const tencentUnderAttack: DialectUnderAttack<Operation, Answer> = {
  name: '001',
  operations,
  fixtures: tencentFixtures,
  reads: { nulls: 'wrong', unknownMembers: 'ignored' },
  usual: {
    input: ['badParameters', 'notJson', 'notAnObject', 'tooLarge'],
    // What is well formed and nobody's is told so.
    text: ['badParameters', 'badGroupId', 'noSuchUser', 'noPermission', 'messageTooLong'],
    letThrough: ['notAppAdmin'],
    unknownGroup: 'noSuchGroup',
    dismissedGroup: 'noSuchGroup',
    // An app admin isn't bound by it.
    suspendedGroup: 'allowed',
  },
  groups: GROUPS,
  prepare: (world) =>
    world.groups(
      'tencent-public',
      GROUPS,
      operations.map((op) => groupOf({ groups: GROUPS }, op)),
    ),
  send,
  isDone: (answer) => answer.status === 200 && codeOf(answer) === 0,
  wrongOf,
  saysForm: (answer) => codeOf(answer) === codes.badParameters[0],
  byStrangers,
};
