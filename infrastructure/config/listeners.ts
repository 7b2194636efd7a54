import { ownPorts } from './own-ports.js';

/** The variables that say where a server listens. */
const PORTS = ['PORT', ...Object.values(ownPorts), 'OPENIM_GRPC_PORT', 'METRICS_PORT'];
const HOSTS = ['HOST', 'OPENIM_GRPC_HOST', 'METRICS_HOST'];

/** What an operator is told of an address that can't be listened at: which variables to set; undefined of another error. */
export function listenWords(error: Error, env: Readonly<Record<string, string | undefined>>): string | undefined {
  const { code, syscall, port, address, hostname } = error as NodeJS.ErrnoException & {
    readonly port?: number;
    readonly address?: string;
    readonly hostname?: string;
  };
  if (code === undefined || syscall === undefined) return undefined;
  const setTo = (names: readonly string[], value: string | number | undefined): string | undefined =>
    names.filter((name) => env[name]?.trim() === String(value)).join(' or ') || undefined;
  // Where none is set to it, it is the one that listens somewhere by itself.
  const ports = setTo(PORTS, port) ?? 'PORT';
  const hosts = setTo(HOSTS, address ?? hostname) ?? 'HOST';
  if (code === 'EADDRINUSE') return `The port is taken (${error.message}). Set ${ports} to another one.`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return `${hosts} is no address of this machine (${error.message}).`;
  if (code === 'EACCES' && syscall === 'listen')
    return `This user may not listen on that port (${error.message}). Set ${ports} to one above 1023.`;
  return undefined;
}
