import { fileURLToPath } from 'node:url';
import { type CallOptions, Client, credentials, Metadata } from '@grpc/grpc-js';
import { loadSync, type ServiceDefinition } from '@grpc/proto-loader';
import { GROUP_PROTO, GROUP_SERVICE } from '../../api/dialects/openim-v2/declaration.js';
import type { GroupRpcs, RpcName } from '../../api/dialects/openim-v2/messages.js';

type Sent<Name extends RpcName> = {
  readonly [Field in keyof GroupRpcs[Name][0]]?: DeepPartial<GroupRpcs[Name][0][Field]>;
};
type DeepPartial<T> = T extends readonly (infer Item)[]
  ? readonly DeepPartial<Item>[]
  : T extends object
    ? { readonly [K in keyof T]?: DeepPartial<T[K]> }
    : T;
/** Every field of a reply that came is there. */
type Got<Name extends RpcName> = Required<GroupRpcs[Name][1]>;

/** Calls OpenIM v2's group service as its backends do. */
export class GroupClient {
  readonly #client: Client;
  readonly #rpcs: ServiceDefinition;

  constructor(address: string) {
    const options = { keepCase: true, longs: String, defaults: true, arrays: true };
    this.#rpcs = loadSync(fileURLToPath(GROUP_PROTO), options)[GROUP_SERVICE] as ServiceDefinition;
    this.#client = new Client(address, credentials.createInsecure());
  }

  /** Rejects with a ServiceError where the call ends without a reply. */
  call<Name extends RpcName>(
    name: Name,
    request: Sent<Name>,
    options: CallOptions = {},
    metadata = new Metadata(),
  ): Promise<Got<Name>> {
    const rpc = this.#rpcs[name];
    if (rpc === undefined) throw new Error(`no rpc ${name}`);
    const { path, requestSerialize: written, responseDeserialize: read } = rpc;
    return new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest<object, object>(path, written, read, request, metadata, options, (error, reply) => {
        if (error === null) resolve(reply as Got<Name>);
        else reject(error);
      });
    });
  }

  /** 0, or the code of the refusal, whichever way it came. */
  async code<Name extends RpcName>(name: Name, request: Sent<Name>): Promise<number> {
    try {
      const reply = (await this.call(name, request)) as { ErrCode?: number; CommonResp?: { ErrCode: number } };
      return reply.CommonResp?.ErrCode ?? reply.ErrCode ?? 0;
    } catch (error) {
      return (error as { code: number }).code;
    }
  }

  close(): void {
    this.#client.close();
  }
}
