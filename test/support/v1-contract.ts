import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { BASE, openApiDocument } from '../../api/v1/openapi.js';
import { v1Operations, type V1Services } from '../../api/v1/operations.js';
import type { Operation } from '../../api/v1/operation.js';
import type { HttpAnswer } from './http-call.js';

/** The OpenAPI document, as far as answers are held against it. */
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, OperationObject>>>>;
  readonly components: Readonly<
    Record<'parameters' | 'headers' | 'responses' | 'schemas', Readonly<Record<string, Json>>>
  >;
}
type Json = Readonly<Record<string, unknown>>;
interface Refers {
  readonly $ref?: string;
}
interface Parameter extends Refers {
  readonly name: string;
  readonly in: string;
  readonly required: boolean;
  readonly style?: string;
  readonly schema: Json;
}
interface Content {
  readonly content?: Readonly<Record<string, { readonly schema: Json }>>;
}
interface ResponseObject extends Content, Refers {
  readonly headers?: Readonly<Record<string, Refers>>;
}
export interface OperationObject {
  readonly operationId: string;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: Content & { readonly required: boolean };
  readonly responses: Readonly<Record<string, ResponseObject>>;
}

export interface Exchange {
  readonly method: string;
  /** Below `/v1`, with its query. */
  readonly path: string;
  readonly request: { readonly headers: Readonly<Record<string, string>>; readonly body: string | undefined };
  readonly answer: HttpAnswer;
}

/** Headers that no operation may answer without documenting them. */
const TOLD_HEADERS = ['etag', 'location', 'idempotent-replayed', 'retry-after', 'allow', 'www-authenticate'];

/** Holds what goes over the wire against the document of `/v1`, in which nothing that isn't documented is allowed. */
export class V1Contract {
  readonly document: Document;
  // The document itself is linted; most of what is compiled here is used a few times.
  readonly #ajv = new Ajv2020({ strict: false, validateSchema: false, code: { optimize: false } });
  readonly #checks = new Map<string, ValidateFunction>();
  readonly #paths: readonly { readonly is: RegExp; readonly op: Operation }[];

  // Declarations only: their handlers are never called here.
  constructor(operations: readonly Operation[] = v1Operations({} as V1Services)) {
    this.#paths = operations.map((op) => ({
      is: new RegExp(`^${op.path.replaceAll(/\{\w+\}/g, '[^/]+')}$`),
      op,
    }));
    this.document = openApiDocument(operations) as Document;
    formats.default(this.#ajv);
    this.#ajv.addSchema(closed(this.document as unknown as Json), 'document');
  }

  /** What is wrong with an exchange; empty when nothing is. */
  wrongsOf(exchange: Exchange): string[] {
    const { method, path, answer } = exchange;
    const url = new URL(BASE + path, 'http://any');
    const template = this.#templateOf(url.pathname.slice(BASE.length), method);
    const wrongs =
      template === undefined || this.document.paths[template]?.[verbOf(method)] === undefined
        ? this.#wrongsOfUndocumented(answer)
        : this.#wrongsOfDocumented(template, url, exchange);
    return wrongs.map((wrong) => `${method} ${path.slice(0, 100)} -> ${answer.status.toString()}: ${wrong}`);
  }

  wrongsOfBodySent({ path, method }: Operation, body: string): string[] {
    const op = this.document.paths[path]?.[method];
    return op === undefined
      ? ['no such operation']
      : this.#wrongsOfRequestBody(op, `/paths/${pointed(path)}/${method}`, body);
  }

  #templateOf(pathname: string, method: string): string | undefined {
    const fits = this.#paths.flatMap(({ is, op }) => (is.test(pathname) ? [op] : []));
    // `/users/lookup` is no user's.
    const exact = fits.find(({ path }) => path === pathname);
    return (exact ?? fits.find((op) => op.method === verbOf(method)) ?? fits[0])?.path;
  }

  /** Nothing is there, or not by this method. */
  #wrongsOfUndocumented({ status, text }: Exchange['answer']): string[] {
    if (status === 204 || status === 200) return [];
    return this.#check('/components/schemas/Problem', JSON.parse(text));
  }

  #wrongsOfDocumented(template: string, url: URL, { method, request, answer }: Exchange): string[] {
    const verb = verbOf(method);
    const op = this.document.paths[template]?.[verb];
    if (op === undefined) return ['no such operation'];
    const at = `/paths/${pointed(template)}/${verb}`;
    const done = answer.status < 300 ? this.#wrongsOfRequest(op, at, template, url, request) : [];
    const named = op.responses[answer.status.toString()];
    if (named === undefined) return [...done, `an undocumented status: ${answer.text.slice(0, 300)}`];
    const response = named.$ref === undefined ? named : (this.#resolve(named.$ref) as ResponseObject);
    const place = named.$ref?.slice(1) ?? `${at}/responses/${answer.status.toString()}`;
    return [
      ...done,
      ...wrongHeaders(response, answer.headers, (ref) => this.#resolve(ref)),
      ...(method === 'HEAD' ? [] : this.#wrongsOfBody(response, place, answer)),
    ];
  }

  #wrongsOfBody({ content }: ResponseObject, place: string, { headers, text }: Exchange['answer']): string[] {
    if (content === undefined) return text === '' ? [] : [`a body where none is documented: ${text.slice(0, 300)}`];
    const [type = ''] = (headers.get('content-type') ?? '').split(';');
    if (content[type] === undefined) return [`an undocumented type ${type}`];
    const value = JSON.parse(text) as Json;
    if (type !== 'application/problem+json') return this.#check(`${place}/content/${pointed(type)}/schema`, value);
    // Each code has a schema of its own, which tells more than that none of several fits.
    const { schema } = content[type];
    const refs = ((schema['oneOf'] ?? [schema]) as readonly Refers[]).map(({ $ref = '' }) => $ref);
    const own = refs.find((ref) => ref.endsWith(`/${String(value['code'])}Problem`));
    return own === undefined ? [`the undocumented code ${text.slice(0, 300)}`] : this.#check(own.slice(1), value);
  }

  /** What went through must be what the document allows. */
  #wrongsOfRequest(
    op: OperationObject,
    at: string,
    template: string,
    url: URL,
    { headers, body }: Exchange['request'],
  ): string[] {
    const segments = url.pathname.slice(BASE.length).split('/');
    const given = new Map<string, string | null>();
    for (const [index, segment] of template.split('/').entries())
      if (segment.startsWith('{')) given.set(`path ${segment.slice(1, -1)}`, decodeURIComponent(segments[index] ?? ''));
    for (const [name, value] of url.searchParams) given.set(`query ${name}`, value);
    const wrongs = op.parameters.flatMap((written, index) => {
      const parameter = written.$ref === undefined ? written : (this.#resolve(written.$ref) as unknown as Parameter);
      const place = written.$ref?.slice(1) ?? `${at}/parameters/${index.toString()}`;
      const name = `${parameter.in} ${parameter.name}`;
      const value = parameter.in === 'header' ? headers[parameter.name.toLowerCase()] : given.get(name);
      given.delete(name);
      if (value === undefined || value === null) return parameter.required ? [`no ${name}`] : [];
      return this.#check(`${place}/schema`, typed(value, parameter)).map((wrong) => `${name}: ${wrong}`);
    });
    const unknown = [...given.keys()].map((name) => `the undocumented ${name}`);
    return [...wrongs, ...unknown, ...this.#wrongsOfRequestBody(op, at, body)];
  }

  #wrongsOfRequestBody({ requestBody }: OperationObject, at: string, body: string | undefined): string[] {
    if (body === undefined) return requestBody?.required === true ? ['no body'] : [];
    if (requestBody === undefined) return ['a body where none is documented'];
    return this.#check(`${at}/requestBody/content/application~1json/schema`, JSON.parse(body));
  }

  #check(pointer: string, value: unknown): string[] {
    let check = this.#checks.get(pointer);
    if (check === undefined) {
      check = this.#ajv.compile({ $ref: `document#${encodeURI(pointer)}` });
      this.#checks.set(pointer, check);
    }
    if (check(value)) return [];
    const errors = (check.errors ?? []).map(
      ({ instancePath, message, params }) => `${instancePath} ${message ?? ''} ${JSON.stringify(params)}`,
    );
    return [`${errors.slice(0, 5).join('; ')} in ${JSON.stringify(value).slice(0, 500)}`];
  }

  #resolve(ref: string): Json {
    const [, , kind = '', name = ''] = ref.split('/');
    return this.document.components[kind as keyof Document['components']][name] ?? {};
  }
}

const verbOf = (method: string): string => (method === 'HEAD' ? 'get' : method.toLowerCase());
const pointed = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');

/** As the parameter's schema means what is text in a URL. */
function typed(value: string, { schema }: Parameter): unknown {
  const types = [schema['type']].flat();
  if (types.includes('integer')) return Number(value);
  if (types.includes('array')) {
    const { type } = (schema['items'] ?? {}) as { readonly type?: string };
    return type === 'integer' ? value.split(',').map(Number) : value.split(',');
  }
  return value;
}

function wrongHeaders(
  { headers: documented = {} }: ResponseObject,
  headers: HttpAnswer['headers'],
  resolve: (ref: string) => Json,
): string[] {
  const names = new Map(Object.entries(documented).map(([name, header]) => [name.toLowerCase(), header]));
  return TOLD_HEADERS.flatMap((name) => {
    const value = headers.get(name);
    const header = names.get(name);
    if (value === null) return [];
    if (header === undefined) return [`the undocumented header ${name}`];
    const { pattern } = (resolve(header.$ref ?? '')['schema'] ?? {}) as { readonly pattern?: string };
    return pattern === undefined || new RegExp(pattern).test(value) ? [] : [`the header ${name}: ${value}`];
  });
}

/** The same schemas, with no members allowed but those they name. */
function closed(value: unknown): Json {
  if (Array.isArray(value)) return value.map(closed) as unknown as Json;
  if (typeof value !== 'object' || value === null) return value as Json;
  const whole = Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      // What stands there are values, not schemas.
      ['example', 'examples', 'enum', 'default'].includes(name) ? (member as unknown) : closed(member),
    ]),
  );
  const isObject = typeof whole['properties'] === 'object' && [whole['type']].flat().includes('object');
  return isObject ? { additionalProperties: false, ...whole } : whole;
}
