import { isBlank } from '../../../../domain/shared/text.js';
import type { CodeSending } from '../../../../application/commands/phone-verification.js';
import { registrationContext } from '../../shared/context.js';
import type { Call } from '../../shared/operation.js';
import { shown } from '../../shared/read-your-writes.js';
import type { Answer, Refusal } from '../answer.js';
import { type Fields, fieldsOf } from '../fields.js';
import { type Operation, operation } from '../operation.js';
import { phoneOf, regions } from '../phones.js';
import { postingOn } from '../posting.js';
import { refuseCode, refused, refuseText } from '../refused.js';
import type { SealtalkServices } from '../services.js';
import { sessionOf } from '../session.js';
import { filtered, lengthOf } from '../text.js';

export const NICKNAME_LENGTH = 32;
const PASSWORD_LENGTH = { min: 6, max: 20 } as const;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Said with HTTP 200. */
const WRONG = 1000;
const EXPIRED = 2000;
const TOO_OFTEN = 5000;

const BAD_PHONE = 'Invalid region and phone number.';

const undelivered: Readonly<Record<Exclude<CodeSending, 'sent'>, Refusal>> = {
  tooOften: { code: TOO_OFTEN },
  notSetUp: { status: 503, text: 'Verification codes can not be sent: this server is not set up to deliver them.' },
  notDelivered: { status: 503, text: 'The verification code could not be delivered, try again later.' },
};

/** Coming in, with a phone that one can read, and what keeps others out. */
export function accountOperations(services: SealtalkServices): Operation[] {
  const { ids, cookie, phoneAccounts, phoneVerification, ownAccount, tokens } = services;
  const posting = postingOn(services);

  /** Declares an operation for which nobody is asked who he is. */
  const open = (
    path: Operation['path'],
    handle: (asked: { fields: Fields; tenant: string; address: string | undefined; call: Call }) => Promise<Answer>,
  ): Operation =>
    operation({
      method: 'POST',
      path,
      access: 'public',
      handle: async (call) => {
        const { tenant } = call.caller;
        const fields = await fieldsOf(ids, tenant, call.request.body);
        return handle({ fields, tenant, address: call.request.ip, call });
      },
    });

  const sendCode = (path: Operation['path'], { anywhere }: { readonly anywhere: boolean }): Operation =>
    open(path, async ({ fields, tenant, address }) => {
      const phone = phoneIn(fields);
      if (!anywhere && !phone.startsWith('+86')) refuseText(400, BAD_PHONE);
      const sending = await phoneVerification.send(tenant, phone, address);
      if (sending !== 'sent') refused(undelivered[sending]);
      return {};
    });

  const verifyCode = (path: Operation['path']): Operation =>
    open(path, async ({ fields, tenant, address }) => {
      const phone = phoneOf(fields.text('region'), fields.text('phone'));
      const code = fields.requiredText('code');
      const shownCode =
        phone === undefined
          ? ({ verdict: 'unknown' } as const)
          : await phoneVerification.show(tenant, phone, code, address);
      switch (shownCode.verdict) {
        case 'right':
          return { result: { verification_token: shownCode.token } };
        case 'unknown':
          return refuseText(404, 'Unknown phone number.');
        case 'expired':
          return refuseCode(EXPIRED);
        case 'wrong':
          return refuseCode(WRONG);
      }
    });

  /** With the cookie that says so. */
  const enter = async (
    call: Call,
    token: { readonly token: string; readonly expiresAt: number },
    result: object,
  ): Promise<Answer> =>
    Promise.resolve({ result, cookies: [cookie.set(token.token, token.expiresAt, call.request.secure)] });

  return [
    sendCode('/user/send_code', { anywhere: false }),
    sendCode('/user/send_code_yp', { anywhere: true }),
    verifyCode('/user/verify_code'),
    verifyCode('/user/verify_code_yp'),
    operation({
      method: 'GET',
      path: '/user/regionlist',
      access: 'public',
      handle: () => Promise.resolve({ result: regions() }),
    }),
    open('/user/check_phone_available', async ({ fields, tenant, address }) => {
      const phone = phoneIn(fields);
      phoneVerification.looked(address);
      return { result: await phoneAccounts.isFree(tenant, phone) };
    }),
    open('/user/register', async ({ fields, tenant, address, call }) => {
      const nickname = filtered(fields.requiredText('nickname'), NICKNAME_LENGTH);
      const password = fields.requiredText('password');
      const token = fields.requiredText('verification_token');
      refuseSpace(password, 'Password must have no space.');
      if (!isNickname(nickname)) refuseText(400, 'Length of nickname invalid.');
      refuseLength(password, 'Length of password invalid.');
      refuseNoToken(token);
      const asked = { token: token.toLowerCase(), nickname, password, address };
      const made = await phoneAccounts.register(registrationContext(call, 'password'), asked);
      if (made === undefined) return refuseText(404, 'Unknown verification_token.');
      await shown(services, Promise.resolve(made));
      const { userId } = made.outcome;
      const session = await tokens.issue(tenant, userId, { ttlSeconds: cookie.options.ttlSeconds });
      return enter(call, session, { id: await ids.shownUser(tenant, userId) });
    }),
    open('/user/login', async ({ fields, tenant, address, call }) => {
      const phone = phoneIn(fields);
      const password = fields.requiredText('password');
      const options = { ttlSeconds: cookie.options.ttlSeconds };
      const session = await phoneAccounts.login(tenant, { phone, password }, address, options);
      if (session === undefined) return refuseCode(WRONG);
      return enter(call, session, { id: await ids.shownUser(tenant, session.userId), token: session.token });
    }),
    open('/user/reset_password', async ({ fields, tenant, address }) => {
      const password = fields.requiredText('password');
      const token = fields.requiredText('verification_token');
      refuseSpace(password, 'Password must have no space.');
      refuseLength(password, 'Length of password invalid.');
      refuseNoToken(token);
      const done = await phoneAccounts.resetPassword(tenant, { token: token.toLowerCase(), password, address });
      return done ? {} : refuseText(404, 'Unknown verification_token.');
    }),
    operation({
      method: 'POST',
      path: '/user/logout',
      handle: async ({ caller, request }) => {
        await ownAccount.logOut(sessionOf(caller));
        return { cookies: [cookie.cleared(request.secure)] };
      },
    }),
    posting({
      path: '/user/change_password',
      handle: async ({ fields, call }) => {
        const oldPassword = fields.requiredText('oldPassword');
        const newPassword = fields.requiredText('newPassword');
        refuseSpace(newPassword, 'New password must have no space.');
        refuseLength(newPassword, 'Invalid new password length.');
        const { caller, request } = call;
        await ownAccount.changePassword(sessionOf(caller), { oldPassword, newPassword }, request.ip);
        return undefined;
      },
    }),
    operation({
      method: 'GET',
      path: '/user/get_token',
      // The session's own: it ends with it.
      handle: async ({ caller }) => {
        const { tenant, userId, token } = sessionOf(caller);
        return { result: { userId: await ids.shownUser(tenant, userId), token } };
      },
    }),
  ];
}

/** @throws SealtalkRefused 400 */
function phoneIn(fields: Fields): string {
  return phoneOf(fields.text('region'), fields.text('phone')) ?? refuseText(400, BAD_PHONE);
}

export const isNickname = (nickname: string): boolean => lengthOf(nickname) <= NICKNAME_LENGTH && !isBlank(nickname);

/** One at its head passes, as in the original. */
function refuseSpace(password: string, text: string): void {
  if (password.indexOf(' ') > 0) refuseText(400, text);
}

function refuseLength(password: string, text: string): void {
  const length = lengthOf(password);
  if (length < PASSWORD_LENGTH.min || length > PASSWORD_LENGTH.max) refuseText(400, text);
}

function refuseNoToken(token: string): void {
  if (!UUID.test(token)) refuseText(400, 'Invalid verification_token.');
}
