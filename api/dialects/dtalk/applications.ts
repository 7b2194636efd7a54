import { shown } from '../shared/read-your-writes.js';
import type { ApplicationView } from '../../../application/queries/applications.js';
import { MAX_PAGE } from '../../../application/queries/page.js';
import { manages } from '../../../application/queries/sight.js';
import { hasAdminPowers } from '../../../domain/shared/actor.js';
import { DomainError } from '../../../domain/shared/errors.js';
import { actorOf, requestContext } from '../shared/context.js';
import type { Call } from '../shared/operation.js';
import { AnswerApplyReq, type ApplyReq, CreateApplyReq, ListAppliesReq, RejectApplyReq } from './dto.js';
import type { GroupLooks } from './group-looks.js';
import type { Grounds } from './group-operations.js';
import { type Answer, type Operation, operation } from './operation.js';
import { DtalkRefused } from './refused.js';
import type { DtalkServices } from './services.js';
import { wireApplication } from './views.js';

/** Asking to come in, and being answered; what an ordinary member's invitation leads to is an application like any other. */
export function applicationOperations(services: DtalkServices, { groupIds }: Grounds, looks: GroupLooks): Operation[] {
  const { groupCommands: groups, applications, clock } = services;

  const groupOf = ({ caller, body }: Call<ApplyReq>): Promise<string> => groupIds.of(caller.tenant, { idStr: body.id });

  /** @throws DtalkRefused noSuchApplication */
  const applicationOf = async (call: Call<AnswerApplyReq>, groupId: string): Promise<ApplicationView> => {
    const { tenant } = call.caller;
    const found = await applications.application(tenant, groupId, call.body.applyId, clock.now());
    if (found === undefined) throw new DtalkRefused('noSuchApplication');
    return found;
  };

  const answered = async (
    call: Call<AnswerApplyReq>,
    answer: 'approved' | 'refused',
    message = '',
  ): Promise<Answer> => {
    const groupId = await groupOf(call);
    const { userId, id: requestId, status } = await applicationOf(call, groupId);
    // Of a group that was dismissed with it, the command says so.
    if (status !== 'pending' && status !== 'dismissed') {
      throw new DomainError('JoinRequestHandled', { userId, how: status });
    }
    const asked = { groupId, userId, requestId, answer, message, alsoInvitation: true };
    const command = groups.answerJoinRequest(requestContext(call), asked);
    await shown(services, command);
    return {};
  };

  return [
    operation({
      path: '/create-group-apply',
      Body: CreateApplyReq,
      handle: async (call): Promise<Answer> => {
        const groupId = await groupOf(call);
        const { id: userId } = actorOf(call.caller);
        const asked = { groupId, userId, message: call.body.applyNote };
        const command = groups.requestToJoin(requestContext(call), asked);
        const { outcome } = await shown(services, command);
        if (outcome.result === 'already') throw new DtalkRefused('alreadyInGroup');
        return {};
      },
    }),
    operation({
      path: '/accept-group-apply',
      Body: AnswerApplyReq,
      reads: true,
      handle: (call) => answered(call, 'approved'),
    }),
    operation({
      path: '/reject-group-apply',
      Body: RejectApplyReq,
      reads: true,
      handle: (call) => answered(call, 'refused', call.body.rejectReason),
    }),
    operation({
      path: '/get-group-apply',
      Body: AnswerApplyReq,
      reads: true,
      handle: async (call) => {
        const groupId = await groupOf(call);
        const one = await applicationOf(call, groupId);
        const group = await looks.group(call.caller.tenant, groupId);
        const actor = actorOf(call.caller);
        // It is the applicant's, and who named him, and the managers' to see.
        if (one.userId !== actor.id && one.inviterId !== actor.id && !hasAdminPowers(actor)) {
          const { looking } = await looks.asMember(call.caller, groupId);
          if (!manages(looking)) throw new DomainError('NotGroupManager', { groupId });
        }
        return { applys: [wireApplication(one, group)] };
      },
    }),
    operation({
      path: '/get-group-applys',
      Body: ListAppliesReq,
      reads: true,
      handle: async (call) => {
        const groupId = await groupOf(call);
        const group = await looks.asManager(call.caller, groupId);
        const { count, offset } = call.body;
        const page = { limit: Math.min(count, MAX_PAGE), offset };
        const filter = { at: clock.now(), asked: 'manager' } as const;
        const { items } = await applications.ofGroup(call.caller.tenant, groupId, page, filter);
        return { applys: items.map((one) => wireApplication(one, group)) };
      },
    }),
  ];
}
