// Inside the container: is the server on PORT (without an API, on METRICS_PORT) "live" (the process answers) or "ready" (its
// queries are current)? Exit code 0 or 1. The slim image has no curl.
const what = process.argv[2] === 'ready' ? 'ready' : 'live';
try {
  const { PARLEY_ROLES: roles = '', PORT, METRICS_PORT, METRICS_HOST } = process.env;
  const answers = roles === '' || roles.split(',').some((role) => role.trim() === 'api');
  const host = METRICS_HOST || '127.0.0.1';
  const place = answers ? `127.0.0.1:${PORT || '8080'}` : `${host.includes(':') ? `[${host}]` : host}:${METRICS_PORT}`;
  const url = `http://${place}/health/${what}`;
  const response = await fetch(url, { signal: AbortSignal.timeout(4_000) });
  const text = await response.text();
  // Kept by the engine: `docker inspect` shows it.
  console.log(text.slice(0, 2_000));
  process.exitCode = response.ok ? 0 : 1;
} catch (error) {
  console.log(`no answer: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
