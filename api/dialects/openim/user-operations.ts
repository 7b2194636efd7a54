import type { BroughtIn } from '../../../application/commands/bulk-registration.js';
import { ApplicationError } from '../../../application/commands/errors.js';
import { hasAdminPowers } from '../../../domain/shared/actor.js';
import { actorOf, ofStep, registrationContext, requestContext } from '../shared/context.js';
import type { Call } from '../shared/operation.js';
import { shown } from '../shared/read-your-writes.js';
import { requireApp } from './auth-operations.js';
import { possible } from './dto/common.js';
import {
  AccountCheckReq,
  GetUsersInfoReq,
  GetUsersReq,
  type NewUser,
  SelfLoginReq,
  SelfRegisterReq,
  SetGlobalRecvMsgOptReq,
  SubscribeUsersStatusReq,
  UpdateUserInfoReq,
  type UserInfoEx,
  UserIDReq,
  UserRegisterReq,
} from './dto/users.js';
import { type Operation, operation, requireAccess, requireAdmin } from './operation.js';
import { type OpenimServices, pageOf } from './services.js';
import { receiveOptionOf, userInfo } from './views.js';

/** Nobody holds a live connection to this server, so nobody is online. */
const OFFLINE = 0;

export function userOperations(services: OpenimServices): Operation[] {
  const { userCommands, bulkRegistration, userProfiles, users, directory, isAppAdmin } = services;

  const updateUserInfo = async (
    call: Call<object>,
    { userID: userId, nickname, faceURL, ex, globalRecvMsgOpt }: UserInfoEx,
  ): Promise<undefined> => {
    requireAccess(call.caller, userId);
    const context = requestContext(call, userId);
    const changes = {
      ...(nickname === undefined ? {} : { nickname }),
      ...(faceURL === undefined ? {} : { avatar: faceURL }),
      ...(ex === undefined ? {} : { ext: ex }),
    };
    await shown(services, userProfiles.changeProfile(context, { userId, changes }));
    if (globalRecvMsgOpt !== undefined) {
      const option = receiveOptionOf(globalRecvMsgOpt);
      await shown(services, userProfiles.changeReceiveOption(ofStep(context, 'option'), { userId, option }));
    }
    return undefined;
  };

  const registerAll = async (call: Call<UserRegisterReq>): Promise<undefined> => {
    await requireApp(services, call);
    const { actor } = call.caller;
    // Whoever shows the secret is the app, whatever token he has beside it.
    const app = actor !== undefined && hasAdminPowers(actor) ? actor : ({ kind: 'system', id: 'app' } as const);
    const context = { ...registrationContext(call, 'secret'), actor: app };
    const position = await bulkRegistration.register(context, call.body.users.map(profileOf));
    await services.ownWrites.answering(position);
    return undefined;
  };

  return [
    operation({
      path: '/user/self_register',
      access: 'open',
      Body: SelfRegisterReq,
      handle: async (call) => {
        const { userID: userId, password } = call.body;
        const address = call.request.ip;
        await shown(
          services,
          userCommands.register(registrationContext(call, 'password'), {
            ...profileOf(call.body),
            credentials: { password },
            ...(address === undefined ? {} : { address }),
          }),
        );
        return { userID: userId };
      },
    }),
    operation({
      path: '/user/self_login',
      access: 'open',
      Body: SelfLoginReq,
      handle: async ({ body, caller, request }) => {
        const { userID: userId, password, platformID: platform } = body;
        try {
          const session = await userCommands.loginAs(caller.tenant, { userId, password }, request.ip, { platform });
          const { token, issuedAt, expiresAt } = session;
          return { token, expireTimeSeconds: Math.ceil((expiresAt - issuedAt) / 1000) };
        } catch (error) {
          // Whether a user exists is no secret here: anybody learns it from self_register.
          if (error instanceof ApplicationError && error.kind === 'BadCredentials') {
            await directory.require(caller.tenant, [userId]);
          }
          throw error;
        }
      },
    }),
    operation({
      path: '/user/get_users_info',
      reads: true,
      Body: GetUsersInfoReq,
      handle: async ({ body, caller }) => ({
        usersInfo: (await users.usersByIds(caller.tenant, possible(body.userIDs))).map((user) =>
          userInfo(user, isAppAdmin(caller.tenant, user.userId)),
        ),
      }),
    }),
    operation({
      path: '/user/update_user_info_ex',
      Body: UpdateUserInfoReq,
      handle: (call) => updateUserInfo(call, userInfoOf(call.body)),
    }),
    operation({
      path: '/user/update_user_info',
      Body: UpdateUserInfoReq,
      // The older form: its clients send every member always, '' and 0 say nothing.
      handle: (call) => {
        const { userID, ...rest } = userInfoOf(call.body);
        const said = Object.entries(rest).filter(([, value]) => value !== '' && value !== 0);
        return updateUserInfo(call, { userID, ...Object.fromEntries(said) });
      },
    }),
    operation({
      path: '/user/user_register',
      access: 'secret',
      large: true,
      Body: UserRegisterReq,
      handle: registerAll,
    }),
    operation({
      path: '/user/account_check',
      Body: AccountCheckReq,
      handle: async ({ body, caller }) => {
        requireAdmin(caller);
        const missing = new Set(await directory.missing(caller.tenant, body.checkUserIDs));
        return {
          results: body.checkUserIDs.map((userID) => ({ userID, accountStatus: missing.has(userID) ? 0 : 1 })),
        };
      },
    }),
    operation({
      path: '/user/get_users',
      reads: true,
      Body: GetUsersReq,
      handle: async ({ body, caller }) => {
        requireAdmin(caller);
        const { empty, ...page } = pageOf(body.pagination);
        const { userID: userId = '', nickName: nickname = '' } = body;
        const { total, items } = await users.allUsers(caller.tenant, page, {
          ...(userId === '' ? {} : { userId }),
          ...(nickname === '' ? {} : { nickname }),
        });
        const shownUsers = empty ? [] : items;
        return { total, users: shownUsers.map((user) => userInfo(user, isAppAdmin(caller.tenant, user.userId))) };
      },
    }),
    operation({
      path: '/user/set_global_msg_recv_opt',
      Body: SetGlobalRecvMsgOptReq,
      handle: async (call) => {
        const { userID: userId, globalRecvMsgOpt } = call.body;
        requireAccess(call.caller, userId);
        if (globalRecvMsgOpt === undefined) {
          await directory.require(call.caller.tenant, [userId]);
          return undefined;
        }
        const option = receiveOptionOf(globalRecvMsgOpt);
        await shown(services, userProfiles.changeReceiveOption(requestContext(call, userId), { userId, option }));
        return undefined;
      },
    }),
    operation({
      path: '/user/get_users_online_status',
      Body: GetUsersInfoReq,
      handle: ({ body, caller }) => {
        actorOf(caller);
        return Promise.resolve(
          body.userIDs.map((userID) => ({ userID, status: OFFLINE, detailPlatformStatus: [] as const })),
        );
      },
    }),
    operation({
      path: '/user/subscribe_users_status',
      Body: SubscribeUsersStatusReq,
      handle: ({ body, caller }) => {
        requireAccess(caller, body.userID);
        const statusList = body.userIDs.map((userID) => ({ userID, status: OFFLINE, platformIDs: [] as const }));
        return Promise.resolve(body.genre === 1 ? { statusList } : undefined);
      },
    }),
    operation({
      path: '/user/get_subscribe_users_status',
      Body: UserIDReq,
      handle: ({ body, caller }) => {
        requireAccess(caller, body.userID);
        // A subscription lasts as long as the connection that it is told on.
        return Promise.resolve({ statusList: [] });
      },
    }),
  ];
}

/** `ex` may stand beside the rest, too. */
const userInfoOf = ({ userInfo, ex = userInfo.ex }: UpdateUserInfoReq): UserInfoEx => ({
  ...userInfo,
  ...(ex === undefined ? {} : { ex }),
});

const profileOf = ({ userID, nickname, faceURL, ex }: NewUser): BroughtIn => ({
  userId: userID,
  nickname,
  ...(faceURL === undefined ? {} : { avatar: faceURL }),
  ...(ex === undefined ? {} : { ext: ex }),
});
