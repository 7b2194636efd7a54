import { hasAdminPowers } from '../../../domain/shared/actor.js';
import type { Call } from '../shared/operation.js';
import { AdminTokenReq, ForceLogoutReq, ParseTokenReq, UserTokenReq } from './dto/auth.js';
import { OpenimRefused } from './errors.js';
import { type Operation, operation } from './operation.js';
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

/** What a client's or an app's own backend calls to be let in, beyond the published operations. */
export function authOperations(services: OpenimServices): Operation[] {
  const { tokens, directory, sessions, isAppAdmin, isAuditor } = services;

  const tokenFor = async (tenant: string, userId: string, platform: number): Promise<object> => {
    // What an auditor may read is not the app's to read.
    if (isAuditor(tenant, userId))
      throw new OpenimRefused('NoPermissionError', 'an auditor logs in by his password, at /v1');
    const { token, issuedAt, expiresAt } = await tokens.issue(tenant, userId, { platform });
    return { token, expireTimeSeconds: Math.ceil((expiresAt - issuedAt) / 1000) };
  };
  /**
   * A token for a user of the app. `forAdmins`: whoever shows the secret gets an app admin's too, who is a user from the
   * start or a moment after it; by a token of his nobody becomes another one.
   */
  const userToken = async (
    call: Call<UserTokenReq>,
    { forAdmins }: { readonly forAdmins: boolean },
  ): Promise<object> => {
    await requireApp(services, call);
    const { tenant, actor } = call.caller;
    const { userID, platformID, secret } = call.body;
    const byToken = actor !== undefined && hasAdminPowers(actor);
    if (!isAppAdmin(tenant, userID)) await directory.require(tenant, [userID]);
    else if (!forAdmins || (byToken && !(await services.secret.isShown(secret, call.request.ip)))) {
      throw new OpenimRefused('NoPermissionError', 'an app admin gets his token at /auth/get_admin_token');
    }
    return tokenFor(tenant, userID, platformID);
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
    operation({
      path: '/auth/user_token',
      access: 'secret',
      Body: UserTokenReq,
      handle: (call) => userToken(call, { forAdmins: true }),
    }),
    operation({
      path: '/auth/get_user_token',
      access: 'either',
      Body: UserTokenReq,
      handle: (call) => userToken(call, { forAdmins: false }),
    }),
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
        const mayHaveTokens = missing.length === 0 || isAppAdmin(caller.tenant, body.userID);
        const { platformID = EVERYWHERE } = body;
        const which = platformID === EVERYWHERE ? {} : { platform: platformID };
        if (mayHaveTokens) await sessions.endAll(caller.tenant, body.userID, which);
        return undefined;
      },
    }),
  ];
}
