import { DomainError } from '../../../domain/shared/errors.js';
import { hasAdminPowers } from '../../../domain/shared/actor.js';
import { AdminTokenReq, ForceLogoutReq, ParseTokenReq, UserTokenReq } from './dto/auth.js';
import { OpenimRefused } from './errors.js';
import { type Call, type Operation, operation } from './operation.js';
import type { OpenimServices } from './services.js';

const ADMIN_PLATFORM = 10;
/** In a log-out: all platforms, and what was opened for none (`/v1`). */
const EVERYWHERE = 0;

/**
 * Whoever shows the secret, or an app admin's token where `call` brings one, speaks for the app itself.
 * @throws OpenimRefused 1002; ApplicationError TooManyAttempts
 */
export async function requireApp(
  { secret }: Pick<OpenimServices, 'secret'>,
  call: Pick<Call<{ readonly secret?: string }>, 'body' | 'caller' | 'request'>,
): Promise<void> {
  const { actor } = call.caller;
  if (actor !== undefined && hasAdminPowers(actor)) return;
  if (await secret.isShown(call.body.secret, call.request.ip)) return;
  throw new OpenimRefused('NoPermissionError', 'this takes the secret of the app, or the token of an app admin');
}

/** What a client's or an app's own backend calls to be let in, beyond the seed (DIALECTS "003"). */
export function authOperations(services: OpenimServices): Operation[] {
  const { tokens, directory, sessions, isAppAdmin } = services;

  const tokenFor = async (tenant: string, userId: string, platform: number): Promise<object> => {
    const { token, issuedAt, expiresAt } = await tokens.issue(tenant, userId, { platform });
    return { token, expireTimeSeconds: Math.ceil((expiresAt - issuedAt) / 1000) };
  };
  const userToken = async (call: Call<UserTokenReq>): Promise<object> => {
    const { body, caller } = call;
    await requireApp(services, call);
    // An app admin's own comes by get_admin_token: what hands out users' tokens can't be used to become one.
    if (isAppAdmin(caller.tenant, body.userID)) {
      throw new OpenimRefused('NoPermissionError', 'an app admin gets his token at /auth/get_admin_token');
    }
    await directory.require(caller.tenant, [body.userID]);
    return tokenFor(caller.tenant, body.userID, body.platformID);
  };

  return [
    operation({
      path: '/auth/get_admin_token',
      access: 'open',
      Body: AdminTokenReq,
      handle: async (call) => {
        const { body, caller } = call;
        await requireApp(services, call);
        if (!isAppAdmin(caller.tenant, body.userID)) {
          throw new OpenimRefused('NoPermissionError', 'the configuration does not name this user an app admin');
        }
        return tokenFor(caller.tenant, body.userID, body.platformID ?? ADMIN_PLATFORM);
      },
    }),
    operation({ path: '/auth/user_token', access: 'either', Body: UserTokenReq, handle: userToken }),
    operation({ path: '/auth/get_user_token', access: 'either', Body: UserTokenReq, handle: userToken }),
    operation({
      path: '/auth/parse_token',
      access: 'open',
      Body: ParseTokenReq,
      handle: async ({ body }) => {
        const { userId, platform = 0, expiresAt } = await tokens.verify(body.token);
        return { userID: userId, platformID: platform, expireTimeSeconds: Math.floor(expiresAt / 1000) };
      },
    }),
    operation({
      path: '/auth/force_logout',
      access: 'either',
      Body: ForceLogoutReq,
      handle: async (call) => {
        const { body, caller } = call;
        await requireApp(services, call);
        const missing = await directory.missing(caller.tenant, [body.userID]);
        if (missing.length > 0 && !isAppAdmin(caller.tenant, body.userID)) {
          throw new DomainError('UserNotFound', { userIds: missing });
        }
        const { platformID = EVERYWHERE } = body;
        await sessions.endAll(caller.tenant, body.userID, platformID === EVERYWHERE ? {} : { platform: platformID });
        return undefined;
      },
    }),
  ];
}
