import type { RequestContext } from '../../../application/commands/request.js';
import { type Actor, hasAdminPowers } from '../../../domain/shared/actor.js';
import { isId } from '../../../domain/shared/ids.js';
import type { ApiServices } from '../../services.js';
import { refuse } from './errors.js';
import type { Reply, Request, RpcName } from './messages.js';

/** What a handler is given beside the request. */
export interface Call {
  readonly tenant: string;
  readonly actor: Actor;
  /** `openim-v2:/createGroup` and all else that the history keeps. */
  readonly context: RequestContext;
}

/** What the dialect is made on. */
export interface OpenimV2Services extends ApiServices {
  /** Whose groups are meant: nothing in a message says so. */
  readonly defaultTenant: string;
}

/** How an rpc carries a refusal: in its reply, below `CommonResp` there, or as the call's own status. */
export type Carrier = 'reply' | 'commonResp' | 'status';

export interface Rpc<Name extends RpcName = RpcName> {
  readonly name: Name;
  readonly carrier: Carrier;
  /** Answered from the lists: these show what the caller himself wrote last, by whichever API. */
  readonly reads: boolean;
  /** Who calls, and the caller's own id of the call. */
  readonly called: (request: Request<Name>) => { readonly by: string; readonly ref: string };
  readonly handle: (request: Request<Name>, call: Call) => Promise<Reply<Name>>;
}

type Declared<Name extends RpcName> = Pick<Rpc<Name>, 'handle'> & Partial<Pick<Rpc<Name>, 'reads' | 'called'>>;

/** Of the back office nobody is named in most messages. */
export const BACK_OFFICE = '__cms_admin__';

export function rpc<Name extends RpcName>(
  name: Name,
  carrier: Carrier,
  { reads = false, called = calledBy, handle }: Declared<Name>,
): Rpc {
  // The server decodes what it hands over by the very declaration of this rpc.
  return { name, carrier, reads, called, handle } as unknown as Rpc;
}

function calledBy(request: object): { by: string; ref: string } {
  const { OpUserID = '', OperationID = '' } = request as { OpUserID?: string; OperationID?: string };
  return { by: OpUserID, ref: OperationID };
}

/** Of an rpc of the back office, whose callers are app admins whoever they say they are. */
export const fromBackOffice = (request: object): { by: string; ref: string } => {
  const {
    OpUserId = '',
    OperationID,
    OperationId = '',
  } = request as {
    OpUserId?: string;
    OperationID?: string;
    OperationId?: string;
  };
  return { by: OpUserId === '' ? BACK_OFFICE : OpUserId, ref: OperationID ?? OperationId };
};

/** "access": the user himself, or an app manager. @throws OpenimV2Refused 801 */
export function requireAccess({ actor }: Call, userId: string): void {
  if (actor.id !== userId && !hasAdminPowers(actor)) refuse('noPermission');
}

/** More than any group has members in one list, and a bound for a hostile one. */
const LONGEST_LIST = 10_000;

/** Those of the ids that can be somebody's. @throws OpenimV2Refused 8003 for a list that no client sends */
export function possible(ids: readonly string[]): string[] {
  if (ids.length > LONGEST_LIST) refuse('arguments');
  return ids.filter(isId);
}

/** In pieces that a query takes. */
export async function inPieces<Item>(
  ids: readonly string[],
  ask: (some: readonly string[]) => Promise<readonly Item[]>,
): Promise<Item[]> {
  const found: Item[] = [];
  for (let start = 0; start < ids.length; start += PIECE) found.push(...(await ask(ids.slice(start, start + PIECE))));
  return found;
}
const PIECE = 1_000;
