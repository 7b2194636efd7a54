import { expect } from 'chai';
import { MasterKeyPhoneSecrets } from '../../../infrastructure/auth/phone-secrets.js';

const PHONE = '+8613800000000';

describe('phones where they are kept outside the log', () => {
  const secrets = new MasterKeyPhoneSecrets(Buffer.alloc(32, 1));

  it('are known by a print that says nothing without the master key, and is another in each tenant and of each code', () => {
    const print = secrets.printOf('t', PHONE);
    expect(new MasterKeyPhoneSecrets(Buffer.alloc(32, 1)).printOf('t', PHONE)).to.equal(print);
    const others = [
      new MasterKeyPhoneSecrets(Buffer.alloc(32, 2)).printOf('t', PHONE),
      secrets.printOf('u', PHONE),
      secrets.printOf('t', '+8613800000001'),
      secrets.codePrintOf('t', PHONE, '123456'),
      secrets.codePrintOf('t', PHONE, '123457'),
    ];
    expect(new Set([print, ...others]).size).to.equal(6);
    expect([print, ...others].join()).not.to.match(/138|1234/);
  });

  it('are opened again in their tenant, under the same key, unchanged, and nowhere else', () => {
    const sealed = secrets.seal('t', PHONE);
    expect(sealed).not.to.equal(secrets.seal('t', PHONE));
    expect(secrets.open('t', sealed)).to.equal(PHONE);
    expect(() => secrets.open('u', sealed)).to.throw();
    expect(() => new MasterKeyPhoneSecrets(Buffer.alloc(32, 2)).open('t', sealed)).to.throw();
    const altered = Buffer.from(sealed, 'base64url');
    altered[0]! ^= 1;
    expect(() => secrets.open('t', altered.toString('base64url'))).to.throw();
  });
});
