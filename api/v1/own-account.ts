import type { OwnAccount } from '../../application/commands/own-account.js';
import type { TokenClaims } from '../../application/ports/tokens.js';
import { DomainError } from '../../domain/shared/errors.js';
import type { Caller } from './caller.js';
import { resolveUser } from './commanding.js';
import { ChangePassword, UserPath } from './dto/users.js';
import { operation, type Operation } from './operation.js';
import { Refused } from './problems.js';

/** What a user does about his sessions and his password. */
export function ownAccountOperations(account: OwnAccount): Operation[] {
  return [
    operation({
      method: 'delete',
      path: '/sessions/current',
      operationId: 'logOut',
      summary: 'Log out',
      description:
        'Ends the session of the token that this is sent with, and no other. Another process of the server may take the token for two more seconds.',
      tag: 'Users',
      access: 'user',
      command: false,
      success: { status: 204, description: 'The token is void.' },
      handle: async ({ caller }) => {
        await account.logOut(sessionOf(caller));
        return { status: 204 };
      },
    }),
    operation({
      method: 'delete',
      path: '/sessions',
      operationId: 'logOutEverywhere',
      summary: 'Log out everywhere',
      description:
        'Ends all sessions of the user, of every API, this one too. Another process of the server may take their tokens for two more seconds.',
      tag: 'Users',
      access: 'user',
      command: false,
      success: { status: 204, description: 'All his tokens are void.' },
      handle: async ({ caller }) => {
        await account.logOutEverywhere(caller.tenant, resolveUser('me', caller));
        return { status: 204 };
      },
    }),
    operation({
      method: 'put',
      path: '/users/{userId}/password',
      operationId: 'changePassword',
      summary: 'Change the password; for the user himself',
      description:
        'All his sessions end, of every API, but the one in which he asks. Failed attempts are bounded as those to log in.',
      tag: 'Users',
      access: 'user',
      command: false,
      Path: UserPath,
      Body: ChangePassword,
      success: { status: 204, description: 'Changed.' },
      problems: ['NotPermitted', 'InvalidArgument', 'WrongPassword', 'TooManyAttempts', 'TooBusy'],
      handle: async ({ path, body, caller, request }) => {
        const session = sessionOf(caller);
        // Whoever acts for another shows no password of his.
        if (resolveUser(path.userId, caller) !== session.userId) {
          throw new DomainError('NotPermitted', { reason: 'a user changes his own password only' });
        }
        await account.changePassword(session, body, request.ip);
        return { status: 204 };
      },
    }),
  ];
}

/** @throws Refused Unauthenticated */
function sessionOf({ session }: Caller): TokenClaims {
  if (session === undefined) throw new Refused('Unauthenticated');
  return session;
}
