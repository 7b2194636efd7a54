import { IF_MATCH } from '../http/etag.js';
import { ID_PATTERN } from '../../domain/shared/ids.js';
import { TENANT } from './authenticate.js';
import { TRACEPARENT } from '../http/traceparent.js';
import { IDEMPOTENCY_KEY } from './commanding.js';
import type { Operation } from './operation.js';

interface Header {
  readonly description: string;
  readonly pattern?: string;
  readonly example: string;
}

/** What requests may have beside what each operation declares: where it is checked, the pattern is. */
const REQUEST = {
  'X-Tenant-ID': {
    description:
      'The tenant; the default tenant when absent or empty. Afterwards the token says it, and another here is 403.',
    pattern: `${TENANT.source}|^$`,
    example: 'default',
  },
  'Parley-On-Behalf-Of': {
    description: 'The user for whom an app admin acts; the history records both.',
    pattern: ID_PATTERN,
    example: 'ada',
  },
  'Parley-Admin-Secret': {
    description:
      'Asked for where the id of an app admin (`PARLEY_APP_ADMINS`) or auditor (`PARLEY_AUDITORS`) is registered.',
    example: 'the secret',
  },
  'Idempotency-Key': {
    description:
      'Makes a repeat of the same request answer as the first did, for 24 hours. The same key with another body is 422.',
    pattern: IDEMPOTENCY_KEY.source,
    example: '7f0c9a52',
  },
  'If-Match': {
    description:
      'The ETag that the caller saw; another revision is 412. For members it is that of their group, for a copy that of the group copied.',
    pattern: IF_MATCH.source,
    example: '"3"',
  },
  'If-None-Match': { description: 'The ETag that the caller has; where it is still so, 304.', example: '"3"' },
  traceparent: {
    description: 'W3C trace context, kept with the events; one of another form is passed over.',
    pattern: TRACEPARENT.source,
    example: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  },
} as const satisfies Record<string, Header>;

export type RequestHeader = keyof typeof REQUEST;

/** What answers may have. */
const RESPONSE = {
  ETag: { description: 'The revision of the user or group.', pattern: '^"\\d{1,15}"$', example: '"4"' },
  Location: { description: 'Where the thing made is.', pattern: '^/v1/', example: '/v1/groups/book-club' },
  'Idempotent-Replayed': {
    description: 'There where the answer repeats the one to an earlier request with the same `Idempotency-Key`.',
    pattern: '^true$',
    example: 'true',
  },
  'Retry-After': { description: 'Seconds after which to try again.', pattern: '^\\d+$', example: '1' },
  Allow: { description: 'The methods that are served here.', example: 'GET, HEAD, OPTIONS' },
  'WWW-Authenticate': { description: 'How to say who calls.', pattern: '^Bearer', example: 'Bearer' },
} as const satisfies Record<string, Header>;

export type ResponseHeader = keyof typeof RESPONSE;

export const requestHeaders = (op: Operation): readonly RequestHeader[] => [
  'X-Tenant-ID',
  ...(op.access === 'public' ? [] : (['Parley-On-Behalf-Of'] as const)),
  ...(op.adminSecret ? (['Parley-Admin-Secret'] as const) : []),
  ...(op.command ? (['Idempotency-Key'] as const) : []),
  ...(op.ifMatch ? (['If-Match'] as const) : []),
  ...(isConditional(op) ? (['If-None-Match'] as const) : []),
  ...(op.command && op.access !== 'public' ? (['traceparent'] as const) : []),
];

export const isConditional = ({ method, success }: Operation): boolean => method === 'get' && success.etag === true;

/** Those that may be there (false) or always are (true). */
export function responseHeaders(op: Operation): Partial<Record<ResponseHeader, boolean>> {
  return {
    ...(op.success.etag === true ? { ETag: true } : {}),
    ...(op.success.location === true ? { Location: true } : {}),
    ...(op.command ? { 'Idempotent-Replayed': false } : {}),
  };
}

/** Of refusals with this status; always there. */
export const refusalHeaders = (status: number): readonly ResponseHeader[] => {
  if (status === 401) return ['WWW-Authenticate'];
  if (status === 405) return ['Allow'];
  return status === 429 || status === 503 ? ['Retry-After'] : [];
};

const schemaOf = ({ pattern }: Header): object => ({ type: 'string', ...(pattern === undefined ? {} : { pattern }) });

const entries = <Value>(of: Readonly<Record<string, Value>>): readonly (readonly [string, Value])[] =>
  Object.entries(of);

/** A component's name: no generator likes hyphens. */
export const componentName = (header: string): string => header.replaceAll('-', '');

export const headerParameters = (): Record<string, object> =>
  Object.fromEntries(
    entries<Header>(REQUEST).map(([name, header]) => [
      componentName(name),
      {
        name,
        in: 'header',
        required: false,
        // As an example of its own, pages that try requests out would send it.
        description: `${header.description} For example \`${header.example}\`.`,
        schema: schemaOf(header),
      },
    ]),
  );

export const headerComponents = (): Record<string, object> =>
  Object.fromEntries(
    entries<Header>(RESPONSE).map(([name, header]) => [
      componentName(name),
      { description: header.description, required: false, schema: schemaOf(header), example: header.example },
    ]),
  );
