import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import {
  type handleUnaryCall,
  type sendUnaryData,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import { loadSync, type PackageDefinition, type ServiceDefinition } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import { HealthImplementation } from 'grpc-health-check';
import { MAX_BODY_BYTES } from '../http/body.js';
import { type Answers, CallRefused } from './answers.js';

export interface GrpcListenOptions {
  readonly host: string;
  /** 0 = any free port. */
  readonly port: number;
  /** Paths of the certificate and its key in PEM; absent: in the clear. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
  /** The service's declaration, and its full name in it. */
  readonly proto: URL;
  readonly service: string;
  /** Calls that are under way together, of whomever; beyond them the next are refused. */
  readonly mostAtOnce?: number;
  /** Is told of each call that was answered: its method, and the status's name, `RESOURCE_EXHAUSTED`. */
  readonly called?: ((rpc: string, code: string) => void) | undefined;
  /** How long calls under way may take when stopping, ms. */
  readonly drainMs?: number;
}

export interface RunningGrpcServer {
  /** `grpc://127.0.0.1:10150` */
  readonly url: string;
  readonly port: number;
  /** From now on calls are answered. */
  serve(answers: Answers): void;
  /** Takes no more calls, lets those under way end (bounded), then closes. */
  stop(): Promise<void>;
}

/** Calls that one connection may have under way; its client waits with the others. */
const STREAMS_PER_CONNECTION = 100;
const MOST_AT_ONCE = 1_000;
const DRAIN_MS = 5_000;

/**
 * Serves one gRPC service, with health and reflection beside it. Until `serve`, and from `stop` on, its health is NOT_SERVING
 * and calls end UNAVAILABLE.
 * @throws the listen error; what can't be read of the certificate
 */
export async function listenGrpc(options: GrpcListenOptions): Promise<RunningGrpcServer> {
  const { host, port, service, drainMs = DRAIN_MS, mostAtOnce = MOST_AT_ONCE } = options;
  const declared = loadSync(fileURLToPath(options.proto), {
    keepCase: true,
    longs: String,
    enums: String,
    defaults: true,
    arrays: true,
  });
  const health = new HealthImplementation({ '': 'NOT_SERVING', [service]: 'NOT_SERVING' });
  const setHealth = (to: 'SERVING' | 'NOT_SERVING'): void => {
    for (const name of ['', service]) health.setStatus(name, to);
  };
  let answers: Answers | undefined;
  let underWay = 0;

  const handler =
    (rpc: string): handleUnaryCall<object, object> =>
    (call, respond) => {
      const callback: sendUnaryData<object> = (error, ...rest) => {
        options.called?.(rpc, status[error === null ? status.OK : (error.code ?? status.UNKNOWN)]);
        respond(error, ...rest);
      };
      if (answers === undefined) {
        callback({ code: status.UNAVAILABLE, details: 'the server is starting or stopping' });
        return;
      }
      if (underWay >= mostAtOnce) {
        callback({ code: status.RESOURCE_EXHAUSTED, details: 'too many calls at once' });
        return;
      }
      underWay += 1;
      void answer(answers, rpc, call, callback).finally(() => (underWay -= 1));
    };

  const server = new Server({
    'grpc.max_concurrent_streams': STREAMS_PER_CONNECTION,
    'grpc.max_receive_message_length': MAX_BODY_BYTES,
    // A list of all members goes out whole.
    'grpc.max_send_message_length': -1,
  });
  const definition = serviceIn(declared, service);
  server.addService(definition, Object.fromEntries(Object.keys(definition).map((rpc) => [rpc, handler(rpc)])));
  health.addToServer(server);
  new ReflectionService(declared, { services: [service] }).addToServer(server);

  const bound = await bind(
    server,
    `${host.includes(':') ? `[${host}]` : host}:${String(port)}`,
    await credentials(options),
  );
  let stopped: Promise<void> | undefined;
  return {
    url: `${options.tls === undefined ? 'grpc' : 'grpcs'}://${host}:${String(bound)}`,
    port: bound,
    serve: (made) => {
      answers = made;
      setHealth('SERVING');
    },
    stop: () => {
      setHealth('NOT_SERVING');
      answers = undefined;
      return (stopped ??= shutDown(server, drainMs));
    },
  };
}

async function answer(
  answers: Answers,
  rpc: string,
  call: ServerUnaryCall<object, object>,
  callback: sendUnaryData<object>,
): Promise<void> {
  const deadline = call.getDeadline();
  const until = typeof deadline === 'number' ? deadline : deadline.getTime();
  const remainingMs = Number.isFinite(until) ? until - Date.now() : undefined;
  if (call.cancelled || (remainingMs !== undefined && remainingMs <= 0)) {
    callback({ code: status.DEADLINE_EXCEEDED, details: 'Deadline exceeded' });
    return;
  }
  const traceparent = call.metadata.get('traceparent')[0]?.toString();
  try {
    callback(null, await answers({ rpc, request: call.request, remainingMs, traceparent }));
  } catch (error) {
    const refused =
      error instanceof CallRefused ? error : new CallRefused(status.INTERNAL, 'something went wrong here');
    const { code, details } = refused;
    callback({ code, details } as Partial<ServiceError>);
  }
}

function serviceIn(declared: PackageDefinition, name: string): ServiceDefinition {
  const found = declared[name];
  if (found === undefined || 'format' in found) throw new Error(`no service ${name} in its declaration`);
  return found;
}

async function credentials({ tls }: GrpcListenOptions): Promise<ServerCredentials> {
  if (tls === undefined) return ServerCredentials.createInsecure();
  const [cert_chain, private_key] = await Promise.all([readFile(tls.cert), readFile(tls.key)]);
  return ServerCredentials.createSsl(null, [{ cert_chain, private_key }]);
}

const bind = (server: Server, address: string, by: ServerCredentials): Promise<number> =>
  new Promise((resolve, reject) => {
    server.bindAsync(address, by, (error, port) => {
      if (error === null) resolve(port);
      else reject(error);
    });
  });

const shutDown = (server: Server, drainMs: number): Promise<void> =>
  new Promise((resolve) => {
    const force = setTimeout(() => {
      server.forceShutdown();
      resolve();
    }, drainMs);
    server.tryShutdown(() => {
      clearTimeout(force);
      resolve();
    });
  });
