import type { RequestListener, ServerResponse } from 'node:http';
import { failed } from '../dialects/openim/envelope.js';
import { correlationIdOf } from './messages.js';

/** 003's prefix; at the root of its own port it is everything. */
const OPENIM = /^\/openim(\/|$)/;

/**
 * What is said until the server can say more: that it lives, that it isn't ready, and which server it waits for, each in
 * the shape of the API that was asked.
 */
export function startingApp(
  waitingFor: () => string | undefined,
  { openimOnly = false }: { readonly openimOnly?: boolean } = {},
): RequestListener {
  return (request, response) => {
    const path = request.url ?? '/';
    const awaited = waitingFor();
    const detail = awaited === undefined ? 'Parley is starting.' : `Parley is starting and waits for ${awaited}.`;
    if (openimOnly || OPENIM.test(path)) {
      send(response, 200, 'application/json', failed('ServerInternalError', detail));
    } else if (path === '/health/live') {
      send(response, 200, 'application/json', { live: true });
    } else if (path === '/health/ready') {
      const check = awaited === undefined ? { ok: false } : { ok: false, waitingFor: awaited };
      send(response, 503, 'application/json', { ready: false, checks: { start: check }, detail });
    } else {
      send(response, 503, 'application/problem+json', {
        type: 'urn:parley:problem:Starting',
        title: 'The server is starting; nothing was written',
        status: 503,
        code: 'Starting',
        detail,
        correlationId: correlationIdOf(response),
      });
    }
  };
}

function send(response: ServerResponse, status: number, type: string, body: object): void {
  response.writeHead(status, {
    'content-type': type,
    connection: 'close',
    ...(status === 503 ? { 'retry-after': '1' } : {}),
  });
  response.end(JSON.stringify(body));
}
