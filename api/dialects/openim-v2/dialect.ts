import { randomUUID } from 'node:crypto';
import type { RequestContext } from '../../../application/commands/request.js';
import type { Logger } from '../../../application/ports/logger.js';
import type { Actor } from '../../../domain/shared/actor.js';
import { isId } from '../../../domain/shared/ids.js';
import { type Answers, CallRefused } from '../../grpc/answers.js';
import { traceOf } from '../../http/traceparent.js';
import { backOfficeRpcs } from './back-office.js';
import { OpenimV2Refused, type Refusal, refusalOf, UNFORESEEN } from './errors.js';
import { groupCommandRpcs } from './group-commands.js';
import { groupQueryRpcs } from './group-queries.js';
import { BACK_OFFICE, type Call, type Carrier, type OpenimV2Services, type Rpc } from './rpc.js';

const REQUEST_REF_LENGTH = 64;

export const openimV2Rpcs = (services: OpenimV2Services): Rpc[] => [
  ...groupCommandRpcs(services),
  ...groupQueryRpcs(services),
  ...backOfficeRpcs(services),
];

/** OpenIM v2's group service: refusals are in the replies, and only those of the back office end the call. */
export function openimV2(services: OpenimV2Services, log: Logger): Answers {
  const byName = new Map<string, Rpc>(openimV2Rpcs(services).map((rpc) => [rpc.name, rpc]));
  const { defaultTenant: tenant, ownWrites, isAppAdmin, callerRates } = services;

  /** @throws OpenimV2Refused 801 for who can be nobody */
  const actorOf = ({ carrier }: Rpc, by: string): Actor => {
    const isOffice = carrier === 'status';
    const isAdmin = isAppAdmin(tenant, by) || (isOffice && by === BACK_OFFICE);
    if (!isId(by) || (isOffice && !isAdmin)) throw new OpenimV2Refused('noPermission');
    return { kind: isAdmin ? 'appAdmin' : 'user', id: by };
  };

  return async ({ rpc: name, request, remainingMs, traceparent }) => {
    const rpc = byName.get(name);
    if (rpc === undefined) throw new CallRefused(UNIMPLEMENTED, 'there is no such rpc');
    const path = `/${name}`;
    const correlationId = randomUUID();
    const { by, ref } = rpc.called(request);
    try {
      const actor = actorOf(rpc, by);
      callerRates.asked({ tenant, actor }, () => '');
      if (rpc.reads) await ownWrites.shown(tenant, actor.id);
      const context: RequestContext = {
        tenant,
        actor,
        via: `openim-v2:${path}`,
        correlationId,
        ...traceOf(traceparent),
        ...(ref === '' ? {} : { requestRef: ref.slice(0, REQUEST_REF_LENGTH) }),
        ...(remainingMs === undefined ? {} : { deadlineMs: remainingMs }),
      };
      const call: Call = { tenant, actor, context };
      return answered(rpc.carrier, await rpc.handle(request, call));
    } catch (error) {
      const refusal = refusalOf(error, { path, by });
      if (refusal === undefined) log.error({ correlationId, path, err: error }, 'a request failed');
      else log.debug({ correlationId, path, errCode: refusal.ErrCode }, 'a request was refused');
      return refused(rpc.carrier, refusal ?? UNFORESEEN);
    }
  };
}

const UNIMPLEMENTED = 12;

const DONE: Refusal = { ErrCode: 0, ErrMsg: '' };

function answered(carrier: Carrier, reply: object): object {
  if (carrier === 'status') return reply;
  return carrier === 'reply' ? { ...DONE, ...reply } : { CommonResp: DONE, ...reply };
}

/** @throws CallRefused from the back office */
function refused(carrier: Carrier, refusal: Refusal): object {
  if (carrier === 'status') throw new CallRefused(refusal.ErrCode, refusal.ErrMsg);
  return carrier === 'reply' ? refusal : { CommonResp: refusal };
}
