import 'reflect-metadata';
import { type EdgeRefusalName, edgeRefusals } from '../http/edge.js';
import type { DtoClass } from '../http/validation.js';
import {
  componentName,
  headerComponents,
  headerParameters,
  isConditional,
  refusalHeaders,
  requestHeaders,
  responseHeaders,
} from './headers.js';
import { introduction, TAGS } from './introduction.js';
import type { Operation } from './operation.js';
import { type ProblemCode, problems, problemStatus } from './problems.js';
import { Components } from './schemas/components.js';
import { AnyProblem, problemSchema } from './schemas/problems.js';
import { sampleOf } from './schemas/sample.js';

/** Where the operations' paths begin. */
export const BASE = '/v1';

/** What any operation may refuse. */
const OF_ALL: readonly ProblemCode[] = [
  'InvalidRequest',
  'MethodNotAllowed',
  'Internal',
  'TooManyRequests',
  'Unavailable',
  'Starting',
  // Of these the server says most before it knows what is asked for.
  ...(Object.keys(edgeRefusals) as EdgeRefusalName[]),
];
const OF_BODIES: readonly ProblemCode[] = ['MalformedJson', 'BodyTooLarge', 'UnsupportedMediaType'];
const OF_KNOWN_CALLERS: readonly ProblemCode[] = ['Unauthenticated', 'Forbidden'];
/** What the pipeline of commands may refuse. */
const OF_COMMANDS: readonly ProblemCode[] = [
  'OutcomeUnknown',
  'DeadlinePassed',
  'TooBusy',
  'Contended',
  'HistoryNotUnderstood',
  'DiskFull',
  'AppendDenied',
  'ShuttingDown',
  'NotStorable',
];

/** Whatever this operation may be refused for, each once. */
export const problemsOf = (op: Operation): readonly ProblemCode[] => [
  ...new Set([
    ...OF_ALL,
    ...(op.Body === undefined ? [] : OF_BODIES),
    ...(op.access === 'public' ? [] : OF_KNOWN_CALLERS),
    ...(op.command ? OF_COMMANDS : []),
    ...(op.problems as readonly ProblemCode[]),
  ]),
];

/** The OpenAPI 3.1 document of `/v1`, made from the declared operations and from what checks their input and types their answers. */
export function openApiDocument(operations: readonly Operation[], version = '0.0.0'): object {
  const components = new Components();
  const paths: Record<string, Record<string, object>> = {};
  const refusals = new Refusals(components);
  for (const op of operations) (paths[op.path] ??= {})[op.method] = operationObject(op, components, refusals);
  const fallback = {
    description: 'A refusal of another kind, of a later version or of what stands between.',
    content: {
      'application/problem+json': {
        schema: components.answer(AnyProblem),
        example: sampleOf(components.answer(problemSchema('GroupFull')), components),
      },
    },
  };
  return {
    openapi: '3.1.0',
    info: {
      title: 'Parley',
      version,
      summary: 'Groups, friendships and conversations, with a history that nobody can change',
      description: introduction(),
      license: { name: 'MIT', identifier: 'MIT' },
      contact: { name: 'Parley' },
    },
    servers: [{ url: BASE, description: 'Where this document is.' }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    security: [{ bearer: [] }],
    paths,
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'The `token` of POST /sessions.' },
      },
      parameters: headerParameters(),
      headers: headerComponents(),
      responses: { ...refusals.responses, Refused: fallback },
      schemas: components.schemas,
    },
  };
}

function operationObject(op: Operation, components: Components, refusals: Refusals): object {
  return {
    operationId: op.operationId,
    summary: op.summary,
    description: described(op),
    tags: [op.tag],
    ...(op.access === 'public' ? { security: [] } : {}),
    parameters: [
      ...parameters(op.Path, 'path', components),
      ...parameters(op.Query, 'query', components),
      ...requestHeaders(op).map((name) => ({ $ref: `#/components/parameters/${componentName(name)}` })),
    ],
    ...(op.Body === undefined ? {} : { requestBody: requestBody(op.Body, op.bodyOptional, components) }),
    responses: {
      ...Object.fromEntries(
        [op.success, ...(op.repeated === undefined ? [] : [op.repeated])].map(({ status, description }) => [
          status,
          { description, ...headers(Object.keys(responseHeaders(op))), ...content(op, components) },
        ]),
      ),
      ...(isConditional(op)
        ? { 304: { description: 'It is still what `If-None-Match` names.', ...headers(['ETag']) } }
        : {}),
      ...refusals.of(op),
      default: { $ref: '#/components/responses/Refused' },
    },
  };
}

const FOR = {
  appAdmin: 'For app admins.',
  auditor: 'For auditors (`PARLEY_AUDITORS`).',
  history: 'For auditors (`PARLEY_AUDITORS`); in a tenant without any, for app admins.',
} as const;

function described({ summary, description, access }: Operation): string {
  const who = access in FOR ? [FOR[access as keyof typeof FOR]] : [];
  return [`${summary}.`, ...(description === undefined ? [] : [description]), ...who].join(' ');
}

const headers = (names: readonly string[]): object =>
  names.length === 0
    ? {}
    : {
        headers: Object.fromEntries(
          names.map((name) => [name, { $ref: `#/components/headers/${componentName(name)}` }]),
        ),
      };

function content({ success: { Schema: Answer } }: Operation, components: Components): object {
  if (Answer === undefined) return {};
  const schema = components.answer(Answer);
  return { content: { 'application/json': { schema, example: sampleOf(schema, components) } } };
}

function requestBody(Body: DtoClass, optional: boolean, components: Components): object {
  const schema = components.input(Body);
  const examples = components.resolve(schema).examples ?? [sampleOf(schema, components)];
  return {
    required: !optional,
    content: {
      'application/json': {
        schema,
        examples: Object.fromEntries(examples.map((value, index) => [`example${(index + 1).toString()}`, { value }])),
      },
    },
  };
}

function parameters(Dto: DtoClass | undefined, where: 'path' | 'query', components: Components): object[] {
  if (Dto === undefined) return [];
  const { properties = {}, required = [] } = components.parameters(Dto);
  return Object.entries(properties).map(([name, member]) => {
    const { description, examples, ...schema } = member;
    const needed = where === 'path' || required.includes(name);
    return {
      name,
      in: where,
      required: needed,
      ...(description === undefined ? {} : { description }),
      // `?userIds=a,b`
      ...(schema.type === 'array' ? { style: 'form', explode: false } : {}),
      schema,
      // Of what may be left out, pages that try requests out would send it.
      ...(needed ? { example: examples?.[0] ?? sampleOf(member, components) } : {}),
    };
  });
}

/** The answers that are refusals, each set of codes once: most operations share most of them. */
class Refusals {
  readonly responses: Record<string, object> = {};
  readonly #names = new Map<string, string>();

  constructor(private readonly components: Components) {}

  /** By status. */
  of(op: Operation): Record<string, object> {
    const byStatus = new Map<number, ProblemCode[]>();
    for (const code of problemsOf(op)) {
      const status = problemStatus(code);
      byStatus.set(status, [...(byStatus.get(status) ?? []), code].sort());
    }
    return Object.fromEntries(
      [...byStatus].map(([status, codes]) => [
        status,
        { $ref: `#/components/responses/${this.#named(status, codes)}` },
      ]),
    );
  }

  #named(status: number, codes: readonly ProblemCode[]): string {
    const key = codes.join();
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    const alike = Object.keys(this.responses).filter((name) => name.startsWith(`Refused${status.toString()}`)).length;
    const [only] = codes;
    const name =
      codes.length === 1 && only !== undefined ? only : `Refused${status.toString()}No${(alike + 1).toString()}`;
    this.#names.set(key, name);
    const schemas = codes.map((code) => this.components.answer(problemSchema(code)));
    this.responses[name] = {
      description: codes.map((code) => `\`${code}\`: ${problems[code].title}.`).join('  \n'),
      ...headers(refusalHeaders(status)),
      content: {
        'application/problem+json': {
          schema: schemas.length === 1 ? schemas[0] : { oneOf: schemas },
          example: sampleOf(schemas[0] ?? {}, this.components),
        },
      },
    };
    return name;
  }
}
