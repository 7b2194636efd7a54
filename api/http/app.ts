import express, { type Express, type RequestHandler } from 'express';
import { docsPage } from './docs.js';
import { type CorsOrigins, corsFor, zipped } from './front.js';
import { correlationIdOf } from './messages.js';
import type { Readiness } from './readiness.js';

export interface HttpAppOptions {
  readonly v1: RequestHandler;
  /** By its name, where it is mounted, below which of its own paths it is found at the root as well, and who serves it. */
  readonly dialects: Readonly<
    Record<string, { readonly prefix: string; readonly atRoot?: readonly string[]; readonly api: RequestHandler }>
  >;
  readonly readiness: () => Promise<Readiness>;
  /** Parley's. */
  readonly version: string;
}

/** What all APIs of a server have in common. */
export interface FrontOptions {
  /** Whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly string[];
  readonly corsOrigins: CorsOrigins;
}

/** The HTTP application: each API mounted under its prefix. */
export function httpApp({ v1, dialects, readiness, version, ...front }: HttpAppOptions & FrontOptions): Express {
  const app = bareApp(front);
  const prefixes = Object.fromEntries(Object.entries(dialects).map(([name, { prefix }]) => [name, prefix]));

  app.use('/v1', v1);
  for (const { prefix, atRoot = [], api } of Object.values(dialects)) {
    app.use(prefix, api);
    for (const path of atRoot) app.use(below(path, api));
  }
  app.get('/health/live', (_request, response) => {
    response.json({ live: true });
  });
  app.get('/health/ready', async (_request, response) => {
    const state = await readiness();
    if (!state.ready) response.setHeader('Retry-After', '1');
    response.status(state.ready ? 200 : 503).json(state);
  });
  app.use('/docs', docsPage());
  app.get('/version', (_request, response) => {
    response.json({ name: 'parley', version });
  });
  app.get('/', (request, response) => {
    response.vary('Accept');
    // A person with a browser is led to what he can read.
    if (request.accepts(['json', 'html']) === 'html') {
      response.redirect(303, '/docs');
      return;
    }
    response.json({
      name: 'Parley',
      version,
      docs: '/docs',
      apis: { v1: '/v1/openapi.json', ...prefixes },
      health: { live: '/health/live', ready: '/health/ready' },
    });
  });
  app.use((_request, response) => {
    response
      .status(404)
      .type('application/problem+json')
      .send(
        JSON.stringify({
          type: 'urn:parley:problem:NotFound',
          title: 'Nothing is here',
          status: 404,
          code: 'NotFound',
          detail: 'The APIs are listed at /.',
          correlationId: correlationIdOf(response),
        }),
      );
  });
  return app;
}

/** The API as at its root, for whatever is asked below one of its own paths. */
const below =
  (path: string, api: RequestHandler): RequestHandler =>
  (request, response, next) => {
    if (request.path === path || request.path.startsWith(`${path}/`)) void api(request, response, next);
    else next();
  };

/** One API alone at the root, for clients that know no prefix. */
export function rootApp(api: RequestHandler, front: FrontOptions): Express {
  const app = bareApp(front);
  app.use(api);
  return app;
}

/** Whether an address is one of these, or of these networks. */
export function trusts(trustedProxies: readonly string[]): (address: string) => boolean {
  const app = express();
  app.set('trust proxy', [...trustedProxies]);
  const trusted = app.get('trust proxy fn') as (address: string, hop: number) => boolean;
  return (address) => trusted(address, 0);
}

function bareApp({ trustedProxies, corsOrigins }: FrontOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag'); // an ETag here is an aggregate's revision, never a hash of the answer
  app.set('query parser', 'simple');
  app.set('trust proxy', [...trustedProxies]);
  app.use(corsFor(corsOrigins), zipped());
  return app;
}
