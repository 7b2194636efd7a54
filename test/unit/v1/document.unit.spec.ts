import { getMetadataStorage } from 'class-validator';
import { expect } from 'chai';
import { groupPresets } from '../../../domain/group/presets.js';
import { checked, type DtoClass } from '../../../api/http/validation.js';
import { problemsOf } from '../../../api/v1/openapi.js';
import { v1Operations, type V1Services } from '../../../api/v1/operations.js';
import { problems } from '../../../api/v1/problems.js';
import { schemaOf } from '../../support/hostile/schemas.js';
import { type Exchange, V1Contract } from '../../support/v1-contract.js';

const operations = v1Operations({} as V1Services);
const contract = new V1Contract(operations);
const { document } = contract;
const operationOf = ({ path, method }: (typeof operations)[number]) => document.paths[path]![method]!;

interface Json {
  readonly content: Readonly<
    Record<string, { readonly example?: unknown; readonly examples?: Record<string, { value: object }> }>
  >;
}

describe('the document of /v1', function () {
  this.timeout(30_000);

  describe('about what is sent', () => {
    const inputs = operations.flatMap(({ Path, Query, Body }) =>
      [Path, Query, Body].filter((Dto) => Dto !== undefined),
    );

    it('names every member that is checked, and no other', () => {
      for (const Dto of inputs) {
        const members = getMetadataStorage()
          .getTargetValidationMetadatas(Dto, '', false, false)
          .map(({ propertyName }) => propertyName);
        expect(Object.keys(schemaOf(Dto).properties ?? {}), Dto.name).to.have.members([...new Set(members)]);
      }
    });

    it('says of a member that null may be there, or that it may not, as the check has it', async () => {
      for (const Dto of new Set(inputs)) {
        for (const [name, member] of Object.entries(schemaOf(Dto).properties ?? {})) {
          const types = [member.type, ...(member.anyOf ?? []).map(({ type }) => type)].flat();
          expect(await refused(Dto, { [name]: null }, `/${name}`), `${Dto.name}.${name}`).to.equal(
            !types.includes('null'),
          );
        }
      }
    });

    it('gives examples of every body, which are right', async () => {
      for (const op of operations) {
        if (op.Body === undefined) continue;
        const { content } = operationOf(op).requestBody as Json & { content: object };
        const examples = Object.values(content['application/json']?.examples ?? {});
        expect(examples, op.operationId).to.not.be.empty;
        for (const { value } of examples) {
          await checked(op.Body, value, 'body');
          expect(contract.wrongsOfBodySent(op, JSON.stringify(value)), op.operationId).to.deep.equal([]);
        }
      }
    });

    it('tells of each preset how long a text may be', () => {
      const said = document.components.schemas['CreateGroup'] as {
        properties: Record<string, { description: string }>;
      };
      for (const [name, { rules }] of Object.entries(groupPresets)) {
        expect(said.properties['name']!.description).to.include(name);
        expect(said.properties['name']!.description).to.include(rules.values.limits.name.max.toString());
        expect(said.properties['maximum']!.description).to.include(rules.values.limits.maximum.toString());
      }
    });
  });

  describe('about what is answered', () => {
    it('gives an example of every answer, which is right', () => {
      for (const op of operations) {
        const { status, Schema, etag, location } = op.success;
        if (Schema === undefined) continue;
        const { content } = operationOf(op).responses[status.toString()] as Json;
        const text = JSON.stringify(content['application/json']!.example);
        const headers = new Headers({
          'content-type': 'application/json',
          ...(etag ? { etag: '"4"' } : {}),
          ...(location ? { location: '/v1/groups/book-club' } : {}),
        });
        const body = op.Body === undefined || op.bodyOptional ? undefined : JSON.stringify(bodyOf(op));
        const query = QUERIES[op.operationId] ?? '';
        const wrongs = contract.wrongsOf({
          method: op.method.toUpperCase(),
          path: filled(op.path) + query,
          request: { headers: {}, body },
          answer: { status, headers, text },
        });
        expect(wrongs, op.operationId).to.deep.equal([]);
      }
    });

    it('has every code that is refused with, and its status', () => {
      const codes = (document.components.schemas['ProblemCode'] as { enum: string[] }).enum;
      expect(codes).to.have.members(Object.keys(problems));
      for (const op of operations) {
        for (const code of problemsOf(op)) {
          expect(operationOf(op).responses, `${op.operationId} ${code}`).to.have.property(
            problems[code].status.toString(),
          );
        }
      }
    });

    const member = { userId: 'bob', role: 'member' };
    const page = { items: [member], total: 1, next: null };
    const answered = (answer: object, status = 200, headers: Record<string, string> = {}): string[] =>
      contract.wrongsOf(exchange({ path: '/groups/g/members', answer, status, headers }));

    it('lets an answer pass that is as it says', () => {
      expect(answered(page)).to.deep.equal([]);
    });

    it('lets none pass that has another member, lacks one, or has null or another type for one', () => {
      const wrong = [
        { ...page, further: 1 },
        { items: [], total: 0 },
        { ...page, total: null },
        { ...page, items: [{ ...member, secret: 'x' }] },
        { ...page, items: [{ ...member, card: { nickname: 'x' } }] },
        { ...page, items: [{ ...member, role: 'boss' }] },
      ];
      for (const answer of wrong) expect(answered(answer), JSON.stringify(answer)).to.have.length(1);
    });

    it('lets no status and no header pass that it does not name', () => {
      expect(answered(page, 206)).to.have.length(1);
      expect(answered(page, 200, { etag: '"1"' })).to.have.length(1);
    });

    it('lets no refusal pass with facts of another kind', () => {
      const problem = (code: string, status: number, facts: object): object => ({
        type: `urn:parley:problem:${code}`,
        title: 'x',
        status,
        code,
        facts,
        correlationId: 'c',
      });
      const refusal = (facts: object): string[] =>
        contract.wrongsOf(
          exchange({
            path: '/groups/g/members',
            answer: problem('GroupNotFound', 404, facts),
            status: 404,
            headers: { 'content-type': 'application/problem+json' },
          }),
        );
      expect(refusal({ groupId: 'g' })).to.deep.equal([]);
      expect(refusal({ groupId: 'g', by: 'ada' })).to.not.be.empty;
      expect(refusal({})).to.not.be.empty;
    });

    it('lets no request go through that it does not allow', () => {
      const sent = (body: unknown, path = '/groups/g/removals'): string[] =>
        contract.wrongsOf(
          exchange({
            method: 'POST',
            path,
            body: JSON.stringify(body),
            answer: { id: 'g', revision: 1, changed: true, outcome: { items: [] } },
          }),
        );
      expect(sent({ userIds: ['bob'] })).to.deep.equal([]);
      expect(sent({ userIds: ['bob'], further: 1 })).to.have.length(1);
      expect(sent({})).to.have.length(1);
      expect(sent({ userIds: ['bob'] }, '/groups/g/removals?further=1')).to.have.length(1);
    });
  });

  it('explains every preset in words', () => {
    const { description } = (document as unknown as { info: { description: string } }).info;
    for (const name of Object.keys(groupPresets)) expect(description).to.include(`**\`${name}\`**: `);
  });
});

/** Whether a class refuses a member's value, whatever else it misses. */
async function refused(Dto: DtoClass, plain: object, pointer: string): Promise<boolean> {
  try {
    await checked(Dto, plain, 'body');
    return false;
  } catch (error) {
    return (error as { problems: readonly { pointer: string }[] }).problems.some((one) => one.pointer === pointer);
  }
}

/** Where one must be there. */
const QUERIES: Readonly<Record<string, string>> = {
  getStateAt: '?aggregate=group/book-club',
  getChanges: '?aggregate=group/book-club',
  proveEvent: '?aggregate=group/book-club&revision=2',
  proveConsistency: '?first=100&second=250',
  getUsers: '?userIds=ada',
  getRoles: '?userIds=ada',
  countReceipts: '?seqs=7',
  searchMessages: '?keyword=eight',
};

const filled = (path: string): string =>
  path
    .replace('{conversationId}', 'user:x')
    .replace('{seq}', '7')
    .replaceAll(/\{\w+\}/g, 'x');

function bodyOf(op: (typeof operations)[number]): unknown {
  const { content } = operationOf(op).requestBody as Json & { content: object };
  return Object.values(content['application/json']?.examples ?? {})[0]?.value;
}

function exchange({
  method = 'GET',
  path,
  body,
  answer = {},
  status,
  headers = {},
}: {
  readonly method?: string;
  readonly path: string;
  readonly body?: string;
  readonly answer?: object;
  readonly status?: number;
  readonly headers?: Record<string, string>;
}): Exchange {
  return {
    method,
    path,
    request: { headers: {}, body },
    answer: {
      status: status ?? 200,
      headers: new Headers({ 'content-type': 'application/json', ...headers }),
      text: JSON.stringify(answer),
    },
  };
}
