import 'reflect-metadata';
import { createRequire } from 'node:module';
import { getMetadataStorage } from 'class-validator';
import { validationMetadatasToSchemas } from 'class-validator-jsonschema';
import type { DtoClass } from '../http/validation.js';
import { Problem } from './dto/common.js';
import type { Operation } from './operation.js';
import { problemStatus } from './problems.js';

// class-transformer keeps its metadata in a module that its package doesn't export by name; nested types need it.
const { defaultMetadataStorage } = createRequire(import.meta.url)('class-transformer/cjs/storage.js') as {
  defaultMetadataStorage: never;
};

interface Schema {
  properties?: Record<string, Schema>;
  required?: string[];
  [key: string]: unknown;
}

/** The OpenAPI 3.1 document of `/v1`, made from the declared operations and the classes that check their input. */
export function openApiDocument(operations: readonly Operation[]): object {
  const schemas = validationMetadatasToSchemas({
    refPointerPrefix: '#/components/schemas/',
    classTransformerMetadataStorage: defaultMetadataStorage,
    classValidatorMetadataStorage: getMetadataStorage(),
    // Unknown to the generator: without it `until` would refer to a schema that isn't there.
    additionalConverters: { isRFC3339: { type: 'string', format: 'date-time' } },
  }) as Record<string, Schema>;

  const used = new Set<string>();
  const use = (Dto: DtoClass): { $ref: string } => {
    collect(Dto.name, schemas, used);
    return { $ref: `#/components/schemas/${Dto.name}` };
  };

  const paths: Record<string, Record<string, object>> = {};
  for (const op of operations) {
    const item = (paths[`/v1${op.path}`] ??= {});
    item[op.method] = {
      operationId: op.operationId,
      summary: op.summary,
      ...(op.description === undefined ? {} : { description: op.description }),
      tags: [op.tag],
      security: op.access === 'public' ? [] : [{ bearer: [] }],
      parameters: [
        ...parameters(op.Path, 'path', schemas),
        ...parameters(op.Query, 'query', schemas),
        ...headerParameters(op),
      ],
      ...(op.Body === undefined
        ? {}
        : { requestBody: { required: !op.bodyOptional, content: { 'application/json': { schema: use(op.Body) } } } }),
      responses: {
        [op.success.status]: {
          description: op.success.description,
          ...(op.success.Schema === undefined
            ? {}
            : { content: { 'application/json': { schema: use(op.success.Schema) } } }),
        },
        ...problemResponses(op, use(Problem)),
      },
    };
  }

  return {
    openapi: '3.1.0',
    info: {
      title: 'Parley',
      version: '1',
      description:
        'Groups, friendships and conversations. Every change is an immutable event; a command answers with the position that a later query can wait for.',
    },
    servers: [{ url: '/' }],
    paths,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      schemas: Object.fromEntries([...used].sort().map((name) => [name, schemas[name] ?? {}])),
    },
  };
}

/** A class and every class it refers to. */
function collect(name: string, schemas: Record<string, Schema>, used: Set<string>): void {
  if (used.has(name)) return;
  used.add(name);
  for (const [, ref] of JSON.stringify(schemas[name] ?? {}).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
    if (ref !== undefined) collect(ref, schemas, used);
  }
}

function parameters(Dto: DtoClass | undefined, where: 'path' | 'query', schemas: Record<string, Schema>): object[] {
  const schema = Dto === undefined ? undefined : schemas[Dto.name];
  return Object.entries(schema?.properties ?? {}).map(([name, { description, ...rest }]) => ({
    name,
    in: where,
    required: where === 'path' || (schema?.required ?? []).includes(name),
    ...(description === undefined ? {} : { description }),
    // `?userIds=a,b`
    ...(rest['type'] === 'array' ? { style: 'form', explode: false } : {}),
    schema: rest,
  }));
}

function headerParameters(op: Operation): object[] {
  const header = (name: string, description: string): object => ({
    name,
    in: 'header',
    required: false,
    description,
    schema: { type: 'string' },
  });
  return [
    ...(op.access === 'public'
      ? [header('X-Tenant-ID', 'The tenant; the default tenant when absent. Afterwards the token says it.')]
      : [header('Parley-On-Behalf-Of', 'The user for whom an app admin acts; the history records both.')]),
    ...(op.command
      ? [
          header(
            'Idempotency-Key',
            'Makes a repeat of the same request answer as the first did, for 24 hours. The same key with another body is 422.',
          ),
        ]
      : []),
    ...(op.ifMatch ? [header('If-Match', 'The ETag the caller saw; another revision is 412.')] : []),
  ];
}

function problemResponses(op: Operation, schema: object): Record<string, object> {
  const always = ['InvalidRequest', ...(op.access === 'public' ? [] : ['Unauthenticated', 'Forbidden'])];
  const command = op.command ? ['Unavailable'] : [];
  const byStatus = new Map<number, string[]>();
  for (const code of [...always, ...command, ...op.problems]) {
    const status = problemStatus(code);
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      status,
      { description: [...new Set(codes)].join(', '), content: { 'application/problem+json': { schema } } },
    ]),
  );
}
