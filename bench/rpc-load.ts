import { once } from 'node:events';
import { connect, constants, type ClientHttp2Session } from 'node:http2';
import { fileURLToPath } from 'node:url';
import { loadSync, type MethodDefinition, type ServiceDefinition } from '@grpc/proto-loader';
import { GROUP_PROTO, GROUP_SERVICE } from '../api/dialects/openim-v2/declaration.js';
import type { RpcName } from '../api/dialects/openim-v2/messages.js';
import { inFlight } from './harness.js';

/** Over these, as a backend's client holds few and has many calls under way on each. */
const SESSIONS = 4;
/** In front of a message: not compressed, and its length. */
const PREFIX = 5;

/** An rpc of OpenIM v2's group service as bare HTTP/2, for the reason of `Connection`. */
export class RpcLoad {
  readonly #rpcs: ServiceDefinition;

  /** `127.0.0.1:10150` */
  constructor(private readonly address: string) {
    const options = { keepCase: true, longs: String, defaults: true, arrays: true };
    this.#rpcs = loadSync(fileURLToPath(GROUP_PROTO), options)[GROUP_SERVICE] as ServiceDefinition;
  }

  /** A message as it goes over the wire; made once, sent often. */
  wire(name: RpcName, request: object): Buffer {
    const message = this.#rpc(name).requestSerialize(request);
    const framed = Buffer.alloc(PREFIX + message.length);
    framed.writeUInt32BE(message.length, 1);
    message.copy(framed, PREFIX);
    return framed;
  }

  read(name: RpcName, reply: Buffer): object {
    return this.#rpc(name).responseDeserialize(reply.subarray(PREFIX));
  }

  /** So many calls at once for `ms`, at most `most`; calls per second. */
  async calls(
    name: RpcName,
    atOnce: number,
    ms: number,
    next: () => Buffer,
    check: (reply: Buffer) => void,
    most = Infinity,
  ): Promise<number> {
    const sessions = await Promise.all(Array.from({ length: SESSIONS }, () => this.#session()));
    const headers = {
      [constants.HTTP2_HEADER_METHOD]: 'POST',
      [constants.HTTP2_HEADER_PATH]: this.#rpc(name).path,
      [constants.HTTP2_HEADER_CONTENT_TYPE]: 'application/grpc',
      [constants.HTTP2_HEADER_TE]: 'trailers',
    };
    try {
      const call = async (lane: number): Promise<void> => {
        const session = sessions[lane % SESSIONS];
        if (session !== undefined) check(await answerOf(session, headers, next()));
      };
      return await inFlight(atOnce, ms, call, most);
    } finally {
      for (const session of sessions) session.destroy();
    }
  }

  #rpc(name: RpcName): MethodDefinition<object, object> {
    const rpc = this.#rpcs[name];
    if (rpc === undefined) throw new Error(`no rpc ${name}`);
    return rpc;
  }

  async #session(): Promise<ClientHttp2Session> {
    const session = connect(`http://${this.address}`);
    await once(session, 'connect');
    return session;
  }
}

function answerOf(
  session: ClientHttp2Session,
  headers: Readonly<Record<string, string>>,
  request: Buffer,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const stream = session.request(headers);
    const chunks: Buffer[] = [];
    let status = '';
    stream.on('response', (head) => (status = String(head['grpc-status'] ?? '')));
    stream.on('trailers', (trailers) => (status = String(trailers['grpc-status'])));
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('error', reject);
    stream.on('end', () => {
      if (status === '0') resolve(Buffer.concat(chunks));
      else reject(new Error(`an rpc ended with status ${status}`));
    });
    stream.end(request);
  });
}
