import type { RegistrationContext, UserCommands } from '../../application/commands/users.js';
import { requestHashWithout } from '../http/body.js';
import { idempotencyKey, receipt } from './commanding.js';
import { made } from './declaring.js';
import { OpenSession, RegisterUser } from './dto/users.js';
import { operation, type Operation } from './operation.js';
import { Session } from './schemas/views.js';
import { RegistrationReceipt } from './schemas/receipts.js';
import { isoTime } from './reading.js';

export function userOperations(users: UserCommands): Operation[] {
  return [
    operation({
      method: 'post',
      path: '/users',
      operationId: 'registerUser',
      summary: 'Register',
      description:
        'An app admin (PARLEY_APP_ADMINS) or auditor (PARLEY_AUDITORS) is a user from the start: with the header Parley-Admin-Secret, and only so, he gets his login, password and profile here.',
      tag: 'Users',
      access: 'public',
      adminSecret: true,
      Body: RegisterUser,
      success: made('Registered; log in with POST /sessions.', RegistrationReceipt),
      problems: [
        'InvalidArgument',
        'NotPermitted',
        'UserIdTaken',
        'UserIdLooksAlike',
        'LoginTaken',
        'TooManyAttempts',
        'IdempotencyKeyReused',
      ],
      handle: async ({ body, caller, request, response }) => {
        const { login, password, ...profile } = body;
        const key = idempotencyKey(request);
        const adminSecret = request.get('parley-admin-secret');
        const context: RegistrationContext = {
          tenant: caller.tenant,
          via: 'v1:POST /users',
          correlationId: String(response.locals['correlationId']),
          ...(key === undefined
            ? {}
            : {
                idempotency: {
                  key,
                  operation: 'POST /users',
                  bodyHash: requestHashWithout('password', request, request.originalUrl),
                },
              }),
        };
        const result = await users.register(context, {
          ...profile,
          credentials: { login, password },
          ...(adminSecret === undefined ? {} : { adminSecret }),
          ...(request.ip === undefined ? {} : { address: request.ip }),
        });
        const { userId } = result.outcome;
        return receipt(userId, result, { status: 201, location: `/v1/users/${encodeURIComponent(userId)}` });
      },
    }),
    operation({
      method: 'post',
      path: '/sessions',
      operationId: 'logIn',
      summary: 'Log in',
      description:
        'Failed attempts are bounded: per login and network, and per network (of an IPv6 address, its first 64 bits). Where a user logged in before, he goes on though strangers elsewhere guess his password.',
      tag: 'Users',
      access: 'public',
      command: false,
      Body: OpenSession,
      success: { status: 201, description: 'A bearer token, bound to the tenant.', Schema: Session },
      problems: ['BadCredentials', 'TooManyAttempts'],
      handle: async ({ body, caller, request }) => {
        const { token, userId, tenant, expiresAt } = await users.login(caller.tenant, body, request.ip);
        return { status: 201, body: { userId, tenant, token, expiresAt: isoTime(expiresAt) } };
      },
    }),
  ];
}
