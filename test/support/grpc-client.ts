import { fileURLToPath } from 'node:url';
import { type CallOptions, Client, credentials, type GrpcObject, loadPackageDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { GROUP_PROTO } from '../../api/dialects/openim-v2/declaration.js';
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

type Unary = (request: object, options: CallOptions, done: (error: Error | null, reply: object) => void) => void;

/** Calls OpenIM v2's group service as its backends do. */
export class GroupClient {
  readonly #client: Client;

  constructor(address: string) {
    const loaded = loadPackageDefinition(
      loadSync(fileURLToPath(GROUP_PROTO), { keepCase: true, longs: String, defaults: true, arrays: true }),
    );
    const { group: Group } = loaded['group'] as GrpcObject & { group: typeof Client };
    this.#client = new Group(address, credentials.createInsecure());
  }

  /** Rejects with a ServiceError where the call ends without a reply. */
  call<Name extends RpcName>(name: Name, request: Sent<Name>, options: CallOptions = {}): Promise<Got<Name>> {
    const rpc = (this.#client as unknown as Record<string, Unary>)[name];
    return new Promise((resolve, reject) => {
      rpc?.call(this.#client, request, options, (error, reply) => {
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
