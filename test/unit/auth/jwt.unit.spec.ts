import { stat } from 'node:fs/promises';
import { expect } from 'chai';
import { SignJWT } from 'jose';
import { Argon2Hasher } from '../../../infrastructure/auth/argon2-hasher.js';
import { JwtTokens } from '../../../infrastructure/auth/jwt.js';
import { RememberedTokens } from '../../../infrastructure/auth/remembered-tokens.js';

const secret = Buffer.alloc(32, 1);

describe('Tokens', () => {
  let now: number;
  let tokens: JwtTokens;

  beforeEach(() => {
    now = 1_800_000_000_500;
    tokens = new JwtTokens({ secret, ttlSeconds: 60, clock: { now: () => now } });
  });

  const fault = (token: string): Promise<string> =>
    tokens.verify(token).then(
      () => 'accepted',
      (error: unknown) => (error as { fault: string }).fault,
    );

  const forged = (change: (jwt: SignJWT) => SignJWT, key: Uint8Array = secret, alg = 'HS256'): Promise<string> =>
    change(
      new SignJWT({ tid: 't' })
        .setProtectedHeader({ alg })
        .setSubject('u')
        .setIssuedAt(1_800_000_000)
        .setExpirationTime(1_800_000_060)
        .setJti('j')
        .setIssuer('parley')
        .setAudience('parley'),
    ).sign(key);

  it('say who bears them, in which tenant and until when', async () => {
    const issued = await tokens.issue('t', 'u');
    expect(issued.expiresAt).to.equal(1_800_000_060_000);
    const { token, ...claims } = issued;
    expect(await tokens.verify(token)).to.deep.equal(claims);
    expect(await fault(await forged((jwt) => jwt))).to.equal('accepted');
  });

  it('expire', async () => {
    const { token } = await tokens.issue('t', 'u');
    now += 59_000;
    expect(await fault(token)).to.equal('accepted');
    now += 1_000;
    expect(await fault(token)).to.equal('expired');
  });

  it('are checked once when they are remembered, and expire all the same', async () => {
    let checks = 0;
    const counted = {
      verify: (token: string) => {
        checks++;
        return tokens.verify(token);
      },
    };
    const remembered = new RememberedTokens(counted, { now: () => now });
    const { token, ...claims } = await tokens.issue('t', 'u');
    const tampered = `${token.slice(0, -4)}${token.endsWith('AAAA') ? 'BBBB' : 'AAAA'}`;
    for (let n = 0; n < 3; n++) expect(await remembered.verify(token)).to.deep.equal(claims);
    expect(checks).to.equal(1);
    for (let n = 0; n < 2; n++)
      expect(await remembered.verify(tampered).catch((error: unknown) => error)).to.include({ fault: 'badSignature' });
    now += 60_000;
    for (let n = 0; n < 2; n++)
      expect(await remembered.verify(token).catch((error: unknown) => error)).to.include({ fault: 'expired' });
  });

  it('are refused when another key signed them, or none', async () => {
    expect(await fault(await forged((jwt) => jwt, Buffer.alloc(32, 2)))).to.equal('badSignature');
    const [, payload = ''] = (await tokens.issue('t', 'u')).token.split('.');
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    expect(await fault(`${none}.${payload}.`)).to.equal('malformed');
    expect(await fault(await forged((jwt) => jwt, Buffer.alloc(64, 1), 'HS512'))).to.equal('malformed');
  });

  it('are refused when they are not ours', async () => {
    for (const token of ['', 'x', 'a.b.c', `${'x'.repeat(100_000)}.y.z`])
      expect(await fault(token)).to.equal('malformed');
    expect(await fault(await forged((jwt) => jwt.setIssuer('somebody')))).to.equal('malformed');
    expect(await fault(await forged((jwt) => jwt.setAudience('somebody')))).to.equal('malformed');
    expect(await fault(await forged((jwt) => jwt.setSubject('')))).to.equal('malformed');
  });

  it('need a secret of 32 bytes', () => {
    const short = { secret: Buffer.alloc(31), ttlSeconds: 60, clock: { now: () => now } };
    expect(() => new JwtTokens(short)).to.throw('32 bytes');
  });
});

describe('Passwords', () => {
  it('are kept as argon2id, salted, and verified', async () => {
    const hasher = new Argon2Hasher();
    const [one, two] = await Promise.all([hasher.hash('secret'), hasher.hash('secret')]);
    expect(one)
      .to.match(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
      .and.not.equal(two);
    expect(await hasher.verify(one, 'secret')).to.equal(true);
    expect(await hasher.verify(one, 'Secret')).to.equal(false);
    expect(await hasher.verify('no phc string', 'secret')).to.equal(false);
  });

  it('take no thread of the pool on which everything else depends', async () => {
    const hasher = new Argon2Hasher();
    let hashed = 0;
    const flood = Array.from({ length: 40 }, () => hasher.hash('secret').then(() => (hashed += 1)));
    await stat('.');
    await crypto.subtle.digest('SHA-256', Buffer.from('x'));
    const before = hashed;
    await Promise.all(flood);
    expect(before).to.be.below(20);
  });

  it('end their threads with their hasher, also those at work', async () => {
    const hasher = new Argon2Hasher();
    const before = threads();
    await hasher.hash('secret');
    expect(threads()).to.equal(before + 1);
    const atWork = hasher.hash('secret').catch(String);
    await hasher.close();
    expect(threads()).to.equal(before);
    expect([await atWork, await hasher.hash('secret').catch(String)]).to.deep.equal([
      'Error: a thread for passwords ended',
      'Error: the threads for passwords are closed',
    ]);
  });
});

/** The worker threads of this process. */
const threads = (): number => (process.report.getReport() as { workers: unknown[] }).workers.length;
