import { encodePart, STREAM_PREFIX } from '../../../application/streams.js';

/** Whether a stream of this name is one of Parley's that this store is asked for. */
export type Served = (stream: string) => boolean;

/**
 * By the tenant that the name says, `parley_<category>-<tenant>.…`: on a server that is shared, others' histories are
 * encrypted under keys that aren't here.
 */
export function servedTenants(tenants: readonly string[] | undefined): Served {
  const isOurs: Served = (stream) => stream.startsWith(STREAM_PREFIX);
  if (tenants === undefined) return isOurs;
  const encoded = new Set(tenants.map(encodePart));
  return (stream) => isOurs(stream) && encoded.has(tenantIn(stream));
}

function tenantIn(stream: string): string {
  const start = stream.indexOf('-') + 1;
  const end = stream.indexOf('.', start);
  return start === 0 || end < 0 ? '' : stream.slice(start, end);
}
