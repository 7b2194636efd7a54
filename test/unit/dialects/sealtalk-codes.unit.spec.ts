import { expect } from 'chai';
import type { CodeSending } from '../../../application/commands/phone-verification.js';
import { SealtalkRefused } from '../../../api/dialects/sealtalk/refused.js';
import type { SealtalkServices } from '../../../api/dialects/sealtalk/services.js';
import { accountOperations } from '../../../api/dialects/sealtalk/users/account-operations.js';
import type { Call } from '../../../api/dialects/shared/operation.js';

describe('004: a code that could not be sent', () => {
  const sent = async (sending: CodeSending, path = '/user/send_code_yp'): Promise<string> => {
    const services = {
      ids: { users: () => Promise.resolve([]), groups: () => Promise.resolve([]) },
      phoneVerification: { send: () => Promise.resolve(sending) },
    } as unknown as SealtalkServices;
    const asked = accountOperations(services).find((operation) => operation.path === path);
    const request = { body: { region: '86', phone: '13812345678' }, ip: '10.0.0.1' };
    try {
      return JSON.stringify(
        await asked?.handle({ caller: { tenant: 't', actor: undefined }, request } as unknown as Call),
      );
    } catch (error) {
      if (error instanceof SealtalkRefused) return JSON.stringify(error.said);
      throw error;
    }
  };

  it('is said with what keeps it: too often, nothing that delivers, or what delivers', async () => {
    expect(await sent('sent')).to.equal('{}');
    expect(await sent('tooOften')).to.equal('{"code":5000}');
    expect(await sent('notSetUp')).to.match(/503.*this server is not set up to deliver them/);
    expect(await sent('notDelivered', '/user/send_code')).to.match(/503.*could not be delivered, try again later/);
  });
});
