import express, { type Express, type RequestHandler } from 'express';
import { docsPage } from './docs.js';
import type { Readiness } from './readiness.js';

export interface HttpAppOptions {
  readonly v1: RequestHandler;
  /** Seed 003's API. */
  readonly openim: RequestHandler;
  readonly readiness: () => Promise<Readiness>;
  /** Parley's. */
  readonly version: string;
  /** Whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly string[];
}

/** The HTTP application: each API mounted under its prefix. */
export function httpApp({ v1, openim, readiness, version, trustedProxies }: HttpAppOptions): Express {
  const app = bareApp(trustedProxies);

  app.use('/v1', v1);
  app.use('/openim', openim);
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
      apis: { v1: '/v1/openapi.json', openim: '/openim' },
      health: { live: '/health/live', ready: '/health/ready' },
    });
  });
  app.use((_request, response) => {
    response
      .status(404)
      .type('application/problem+json')
      .send(
        JSON.stringify({ type: 'about:blank', title: 'Not Found', status: 404, detail: 'The APIs are listed at /.' }),
      );
  });
  return app;
}

/** One API alone at the root, for clients that know no prefix. */
export function rootApp(api: RequestHandler, trustedProxies: readonly string[]): Express {
  const app = bareApp(trustedProxies);
  app.use(api);
  return app;
}

function bareApp(trustedProxies: readonly string[]): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag'); // an ETag here is an aggregate's revision, never a hash of the answer
  app.set('query parser', 'simple');
  app.set('trust proxy', [...trustedProxies]);
  return app;
}
