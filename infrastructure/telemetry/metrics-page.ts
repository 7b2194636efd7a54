import type { RequestListener } from 'node:http';

/**
 * What is served where metrics have a port to themselves, for anybody who reaches it: they, and how the server is, which one
 * without an API tells nowhere else.
 * @param health answers `/health/live` and `/health/ready`
 */
export function metricsPage(
  metrics: { readonly contentType: string; text(): Promise<string> },
  health?: RequestListener,
): RequestListener {
  return (request, response) => {
    const [path] = (request.url ?? '/').split('?');
    if (health !== undefined && (path === '/health/live' || path === '/health/ready')) {
      health(request, response);
      return;
    }
    if (path !== '/metrics') {
      response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end('The metrics are at /metrics.\n');
      return;
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD', 'content-type': 'text/plain; charset=utf-8' }).end('GET only.\n');
      return;
    }
    metrics.text().then(
      (text) => {
        response.writeHead(200, { 'content-type': metrics.contentType, 'cache-control': 'no-store' }).end(text);
      },
      () => {
        response
          .writeHead(500, { 'content-type': 'text/plain; charset=utf-8' })
          .end('The metrics are not to be had.\n');
      },
    );
  };
}
