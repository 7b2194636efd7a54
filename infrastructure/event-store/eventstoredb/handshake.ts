import { readFileSync } from 'node:fs';
import { connect } from 'node:tls';

import type { EventStoreAddress } from './connection-string.js';

/** Said where TLS is spoken and the address says that it isn't. */
export class SpeaksTls extends Error {
  override readonly name = 'SpeaksTls';
}

/**
 * Tries TLS with each host by itself. For a cluster the client says only that it found no node, and of a server that expects
 * TLS only that it could not connect.
 *
 * @returns the first host's failure that isn't its absence, if any.
 */
export async function tryHandshakes(address: EventStoreAddress, timeoutMs: number): Promise<Error | undefined> {
  const failures = await Promise.all(address.hosts.map((host) => tryHandshake(host, address, timeoutMs)));
  return failures.find((failure) => failure !== undefined);
}

function tryHandshake(host: string, { tls, caFile }: EventStoreAddress, timeoutMs: number): Promise<Error | undefined> {
  const [name = '', port = ''] = host.split(':');
  return new Promise((resolve) => {
    const socket = connect({
      host: name,
      port: Number(port),
      ALPNProtocols: ['h2'],
      // A DNS name only: an address is not allowed there.
      ...(/[a-z]/i.test(name) && { servername: name }),
      ...(tls && caFile !== undefined && { ca: readFileSync(caFile) }),
      rejectUnauthorized: tls,
    });
    const end = (failure?: Error): void => {
      socket.destroy();
      resolve(failure);
    };
    socket.setTimeout(timeoutMs, end);
    socket.once('secureConnect', () => {
      end(tls ? undefined : new SpeaksTls(`${host} speaks TLS`));
    });
    socket.once('error', (error) => {
      const absent = 'syscall' in error || 'errno' in error;
      end(tls && !absent ? error : undefined);
    });
  });
}
