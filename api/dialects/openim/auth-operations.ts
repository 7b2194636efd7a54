import { createHash, timingSafeEqual } from 'node:crypto';
import { DomainError } from '../../../domain/shared/errors.js';
import { hasAdminPowers } from '../../../domain/shared/actor.js';
import { AdminTokenReq, ForceLogoutReq, ParseTokenReq, UserTokenReq } from './dto/auth.js';
import { OpenimRefused } from './errors.js';
import { type Call, type Operation, operation } from './operation.js';
import type { OpenimServices } from './services.js';

const ADMIN_PLATFORM = 10;

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Compared in constant time. */
const isSecret = (shown: string, secret: string): boolean => timingSafeEqual(sha256(shown), sha256(secret));

/**
 * Whoever shows the secret, or an app admin's token where `call` brings one, speaks for the app itself.
 * @throws OpenimRefused 1002
 */
export function requireApp(
  { secret }: Pick<OpenimServices, 'secret'>,
  call: Pick<Call<{ readonly secret?: string }>, 'body' | 'caller'>,
): void {
  const { actor } = call.caller;
  if (actor !== undefined && hasAdminPowers(actor)) return;
  if (secret !== undefined && call.body.secret !== undefined && isSecret(call.body.secret, secret)) return;
  throw new OpenimRefused('NoPermissionError', 'this takes the secret of the app, or the token of an app admin');
}

/** What a client's or an app's own backend calls to be let in, beyond the seed (DIALECTS "003"). */
export function authOperations(services: OpenimServices): Operation[] {
  const { tokens, directory, revocations, clock, isAppAdmin } = services;

  const tokenFor = async (tenant: string, userId: string, platform: number): Promise<object> => {
    const { token, issuedAt, expiresAt } = await tokens.issue(tenant, userId, { platform });
    return { token, expireTimeSeconds: Math.ceil((expiresAt - issuedAt) / 1000) };
  };
  const userToken = async ({ body, caller }: Call<UserTokenReq>): Promise<object> => {
    requireApp(services, { body, caller });
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
      handle: async ({ body, caller }) => {
        requireApp(services, { body, caller });
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
      handle: async ({ body, caller }) => {
        requireApp(services, { body, caller });
        const missing = await directory.missing(caller.tenant, [body.userID]);
        if (missing.length > 0 && !isAppAdmin(caller.tenant, body.userID)) {
          throw new DomainError('UserNotFound', { userIds: missing });
        }
        await revocations.revoke(caller.tenant, body.userID, clock.now(), body.platformID);
        return undefined;
      },
    }),
  ];
}
