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

export interface Rpc {
  readonly name: RpcName;
  readonly carrier: Carrier;
  /** Answered from the lists: these show what the caller himself wrote last, by whichever API. */
  readonly reads: boolean;
  readonly called: (request: object) => CalledBy;
  readonly handle: (request: object, call: Call) => Promise<object>;
}

/** Who calls, and the caller's own id of the call. */
interface CalledBy {
  readonly by: string;
  readonly ref: string;
}

/** `reads` is false, and who calls is `OpUserID`, where nothing is said. */
interface Declaration<Name extends RpcName> {
  readonly reads?: boolean;
  readonly called?: (request: Request<Name>) => CalledBy;
  readonly handle: (request: Request<Name>, call: Call) => Promise<Reply<Name>>;
}

/** Of the back office nobody is named in most messages. */
export const BACK_OFFICE = '__cms_admin__';

export function rpc<Name extends RpcName>(
  name: Name,
  carrier: Carrier,
  { reads = false, called = calledBy, handle }: Declaration<Name>,
): Rpc {
  return {
    name,
    carrier,
    reads,
    // The server decodes what it hands over by the very declaration of this rpc.
    called: (request) => called(request as Request<Name>),
    handle: (request, call) => handle(request as Request<Name>, call),
  };
}

function calledBy(request: object): CalledBy {
  const { OpUserID = '', OperationID = '' } = request as { OpUserID?: string; OperationID?: string };
  return { by: OpUserID, ref: OperationID };
}

/** Of an rpc of the back office, whose callers are app admins whoever they say they are. */
export const fromBackOffice = (request: object): CalledBy => {
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
