import type { RequestListener, ServerResponse } from 'node:http';
import { type EdgeAt, problems, type Said } from './edge.js';
import { correlationIdOf } from './messages.js';

/**
 * What is said until the server can say more: that it lives, that it isn't ready, and which server it waits for, each in
 * the shape of the API that was asked.
 * @param health whether `/health` is to be found here; it is not where an API has the root to itself
 */
export function startingApp(
  waitingFor: () => string | undefined,
  { edgeAt = () => problems, health = true }: { readonly edgeAt?: EdgeAt; readonly health?: boolean } = {},
): RequestListener {
  return (request, response) => {
    const path = request.url ?? '/';
    const awaited = waitingFor();
    const detail = awaited === undefined ? 'Parley is starting.' : `Parley is starting and waits for ${awaited}.`;
    if (health && path === '/health/live') {
      send(response, { status: 200, type: 'application/json', text: JSON.stringify({ live: true }) });
    } else if (health && path === '/health/ready') {
      const check = awaited === undefined ? { ok: false } : { ok: false, waitingFor: awaited };
      const text = JSON.stringify({ ready: false, checks: { start: check }, detail });
      send(response, { status: 503, type: 'application/json', text });
    } else {
      send(response, edgeAt(path).starting(detail, correlationIdOf(response)));
    }
  };
}

function send(response: ServerResponse, { status, type, text }: Said): void {
  response.writeHead(status, {
    'content-type': type,
    connection: 'close',
    ...(status === 503 ? { 'retry-after': '1' } : {}),
  });
  response.end(text);
}
