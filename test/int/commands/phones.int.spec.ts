import { expect } from 'chai';
import { Accounts } from '../../../application/commands/accounts.js';
import { LoginAttempts } from '../../../application/commands/login-attempts.js';
import { Logins } from '../../../application/commands/logins.js';
import { PhoneAccounts } from '../../../application/commands/phone-accounts.js';
import { PhoneNames } from '../../../application/commands/phone-names.js';
import {
  PhoneVerification,
  type PhoneVerificationDependencies,
} from '../../../application/commands/phone-verification.js';
import { UserCommands } from '../../../application/commands/users.js';
import { systemClock } from '../../../application/ports/clock.js';
import type { CodeMessage } from '../../../application/ports/code-sender.js';
import { streamName } from '../../../application/streams.js';
import { MasterKeyPhoneSecrets } from '../../../infrastructure/auth/phone-secrets.js';
import { PostgresPhoneVerifications } from '../../../infrastructure/system/phone-verifications.js';
import { type CommandSide, commandSideDatabase, openCommandSide, quickHasher } from '../../support/command-side.js';
import type { TestDatabase } from '../../support/postgres.js';
import { silentLogger } from '../../support/silent-logger.js';

const tenant = 't';
const context = { tenant, via: 'test' };
const PASSWORD = 'correct horse';

const refusal = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'nothing was refused',
    (error: unknown) => (error as { kind?: string; message: string }).kind ?? (error as Error).message,
  );

describe('Phones on PostgreSQL', () => {
  let database: TestDatabase;
  let side: CommandSide;
  const phones = new MasterKeyPhoneSecrets(Buffer.alloc(32, 7));
  const delivered = new Map<string, string>();
  let count = 0;

  before(async function () {
    this.timeout(60_000);
    database = await commandSideDatabase('phones');
    side = await openCommandSide(database.url);
  });
  after(async () => {
    await side.close();
    await database.drop();
  });

  /** A phone that nobody has used, and an address of its own. */
  const fresh = (): { phone: string; address: string } => {
    count += 1;
    return { phone: `+861380000${count.toString().padStart(4, '0')}`, address: `10.0.${count.toString()}.1` };
  };
  const verificationWith = (more: Partial<PhoneVerificationDependencies> = {}): PhoneVerification =>
    new PhoneVerification({
      verifications: new PostgresPhoneVerifications(side.pool),
      phones,
      attempts: new LoginAttempts(systemClock, side.networks),
      clock: systemClock,
      log: silentLogger,
      sender: {
        send: ({ phone, code }: CodeMessage) => {
          delivered.set(phone, code);
          return Promise.resolve();
        },
      },
      ...more,
    });
  function houseWith(more: Partial<PhoneVerificationDependencies> = {}) {
    const verification = verificationWith(more);
    const deps = { ...side, phones, passwords: quickHasher(), attempts: new LoginAttempts(systemClock, side.networks) };
    const accounts = new Accounts(deps);
    const logins = new Logins({ ...deps, accounts });
    const names = new PhoneNames(deps);
    const users = new UserCommands(deps);
    return {
      verification,
      names,
      people: new PhoneAccounts({ ...deps, users, names, verification, accounts, logins }),
    };
  }
  /** As if so long had passed since the newest code. */
  const wait = (phone: string, seconds: number): Promise<unknown> =>
    side.pool.query(
      `UPDATE system.phone_verification SET sent_at = sent_at - make_interval(secs => $2),
         token_until = token_until - make_interval(secs => $2), day_began = day_began - make_interval(secs => $2)
       WHERE phone = $1`,
      [phones.printOf(tenant, phone), seconds],
    );
  const wrongOf = (code: string): string => ((Number(code) + 1) % 1_000_000).toString().padStart(6, '0');

  async function verified({ verification }: Pick<ReturnType<typeof houseWith>, 'verification'>, at = fresh()) {
    expect(await verification.send(tenant, at.phone, at.address)).to.equal('sent');
    const shown = await verification.show(tenant, at.phone, delivered.get(at.phone) ?? '', at.address);
    if (shown.verdict !== 'right') throw new Error(shown.verdict);
    return { ...at, token: shown.token };
  }

  it('whoever shows what was sent gets a token; six digits, another each time, and none in the tables or the log', async () => {
    const house = houseWith();
    const { phone, token } = await verified(house);
    expect(delivered.get(phone)).to.match(/^\d{6}$/);
    expect(token).to.match(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    const registered = await house.people.register(context, { token, nickname: 'Ann', password: PASSWORD });
    const { rows } = await side.pool.query<{ all: string }>(
      `SELECT string_agg(t::text, '') AS all FROM (SELECT v::text t FROM system.phone_verification v
       UNION ALL SELECT n::text FROM system.reserved_name n) x`,
    );
    expect(rows[0]?.all).not.to.include(phone.slice(3));
    expect(rows[0]?.all).not.to.include(token);
    const stream = streamName({ category: 'user', tenant, userId: registered?.outcome.userId ?? '' });
    for await (const events of side.store.readStream(stream))
      for (const { data, metadata } of events) expect(data + metadata).not.to.include(phone.slice(3));
  });

  it('a second code within a minute is refused, the one before is void after it, and ten a day are enough', async () => {
    const { verification } = houseWith();
    const { phone, address } = fresh();
    expect(await verification.send(tenant, phone, address)).to.equal('sent');
    const first = delivered.get(phone) ?? '';
    expect(await verification.send(tenant, phone, address)).to.equal('tooOften');
    expect(delivered.get(phone), 'the first still stands').to.equal(first);
    await wait(phone, 61);
    delivered.delete(phone);
    expect(await verification.send(tenant, phone, address)).to.equal('sent');
    if (delivered.get(phone) !== first)
      expect((await verification.show(tenant, phone, first, address)).verdict).to.equal('wrong');
    for (let sent = 2; sent < 10; sent++) {
      await wait(phone, 61);
      expect(await verification.send(tenant, phone, `10.9.${sent.toString()}.1`)).to.equal('sent');
    }
    await wait(phone, 61);
    expect(await verification.send(tenant, phone, '10.9.99.1'), 'the eleventh').to.equal('tooOften');
    await wait(phone, 86_400);
    expect(await verification.send(tenant, phone, '10.9.99.1'), 'the next day').to.equal('sent');
  });

  it('of two that are asked for at once one is sent', async () => {
    const { verification } = houseWith();
    const { phone } = fresh();
    const sent = await Promise.all(
      ['10.8.1.1', '10.8.2.1', '10.8.3.1'].map((address) => verification.send(tenant, phone, address)),
    );
    expect(sent.sort()).to.deep.equal(['sent', 'tooOften', 'tooOften']);
  });

  it('one network may have twenty sent, to whatever phones', async () => {
    const { verification } = houseWith();
    const sendings = [];
    for (let sent = 0; sent < 21; sent++) sendings.push(await verification.send(tenant, fresh().phone, '10.7.7.7'));
    expect(sendings).to.deep.equal([...Array.from({ length: 20 }, () => 'sent'), 'tooOften']);
    expect(await verification.send(tenant, fresh().phone, '10.7.7.8')).to.equal('sent');
  });

  it('guessing ends after five tries, also when they come together from everywhere', async () => {
    const { verification } = houseWith();
    const { phone, address } = fresh();
    await verification.send(tenant, phone, address);
    const code = delivered.get(phone) ?? '';
    const guesses = await Promise.all(
      Array.from({ length: 20 }, (_, guess) =>
        verification.show(tenant, phone, wrongOf(code), `10.6.${guess.toString()}.1`),
      ),
    );
    const verdicts = guesses.map(({ verdict }) => verdict);
    expect(verdicts.filter((verdict) => verdict === 'wrong')).to.have.length(5);
    expect(verdicts.filter((verdict) => verdict === 'expired')).to.have.length(15);
    expect((await verification.show(tenant, phone, code, address)).verdict, 'the right one, too late').to.equal(
      'expired',
    );
    const other = fresh();
    await verification.send(tenant, other.phone, other.address);
    const shown: string[] = [];
    for (let guess = 0; guess < 11; guess++)
      shown.push(await refusal(verification.show(tenant, other.phone, 'nothing', other.address)));
    expect(shown.at(-1), 'from one network').to.equal('TooManyAttempts');
  });

  it('a code is good for two minutes, a token for ten, of one phone, once', async () => {
    const { verification } = houseWith();
    const late = fresh();
    expect((await verification.show(tenant, late.phone, '000000', late.address)).verdict).to.equal('unknown');
    await verification.send(tenant, late.phone, late.address);
    await wait(late.phone, 121);
    expect(
      (await verification.show(tenant, late.phone, delivered.get(late.phone) ?? '', late.address)).verdict,
    ).to.equal('expired');

    const { phone, token } = await verified({ verification });
    expect(await verification.take(tenant, '00000000-0000-4000-8000-000000000000', 'x')).to.equal(undefined);
    expect(await verification.take('u', token, 'x'), 'of another tenant').to.equal(undefined);
    expect(await verification.take(tenant, token, 'x')).to.equal(phone);
    expect(await verification.take(tenant, token, 'y'), 'somebody else').to.equal(undefined);
    expect(await verification.take(tenant, token, 'x'), 'the same once more').to.equal(phone);
    await verification.giveBack(tenant, token, 'y');
    expect(await verification.take(tenant, token, 'y'), 'was not his to give back').to.equal(undefined);
    await verification.giveBack(tenant, token, 'x');
    await wait(phone, 601);
    expect(await verification.take(tenant, token, 'x'), 'expired').to.equal(undefined);
  });

  it('says what can not be delivered, as if it had not been sent; and that nothing delivers', async () => {
    let broken = true;
    const { verification } = houseWith({
      sender: { send: () => (broken ? Promise.reject(new Error('no credit')) : Promise.resolve()) },
    });
    const { phone, address } = fresh();
    expect(await verification.send(tenant, phone, address)).to.equal('notDelivered');
    expect((await verification.show(tenant, phone, '000000', address)).verdict).to.equal('expired');
    broken = false;
    expect(await verification.send(tenant, phone, address)).to.equal('sent');
    const none = new PhoneVerification({
      verifications: new PostgresPhoneVerifications(side.pool),
      phones,
      attempts: new LoginAttempts(systemClock, side.networks),
      clock: systemClock,
      log: silentLogger,
    });
    expect(await none.send(tenant, fresh().phone, address)).to.equal('notSetUp');
  });

  it('the test code is taken where there is one, for a phone to which a code was sent', async () => {
    const { verification } = houseWith({ testCode: '9999' });
    const { phone, address } = fresh();
    expect((await verification.show(tenant, phone, '9999', address)).verdict).to.equal('unknown');
    await verification.send(tenant, phone, address);
    expect((await verification.show(tenant, phone, '9999', address)).verdict).to.equal('right');
    const strict = houseWith().verification;
    expect((await strict.show(tenant, phone, '9999', address)).verdict).to.equal('wrong');
  });

  it('registers, logs in, and lets in nobody else; a phone is somebody’s once', async () => {
    const house = houseWith();
    const { people } = house;
    const first = await verified(house);
    const { phone, address } = first;
    expect(await people.isFree(tenant, phone)).to.equal(true);
    const made = await people.register(context, { ...first, nickname: 'Ann', password: PASSWORD });
    const userId = made?.outcome.userId ?? '';
    expect([await people.isFree(tenant, phone), await people.holderOf(tenant, phone)]).to.deep.equal([false, userId]);
    expect(await people.isFree('u', phone), 'in another tenant').to.equal(true);
    const entered = await people.login(tenant, { phone, password: PASSWORD }, address, { ttlSeconds: 100 });
    expect(entered?.userId).to.equal(userId);
    expect((entered?.expiresAt ?? 0) - (entered?.issuedAt ?? 0)).to.be.within(99_000, 100_000);
    expect(await refusal(people.login(tenant, { phone, password: 'another one' }, address))).to.equal('BadCredentials');
    expect(await people.login(tenant, { phone: fresh().phone, password: PASSWORD }, address)).to.equal(undefined);

    expect(await people.register(context, { ...first, nickname: 'Eve', password: PASSWORD }), 'used').to.equal(
      undefined,
    );
    await wait(phone, 61);
    const again = await verified(house, { phone, address });
    const second = people.register(context, { ...again, nickname: 'Eve', password: 'evil evil' });
    expect(await refusal(second)).to.equal('LoginTaken');
    expect(await refusal(people.login(tenant, { phone, password: 'evil evil' }, address))).to.equal('BadCredentials');
    expect(await people.resetPassword(tenant, { ...again, password: 'better than before' }), 'given back').to.equal(
      true,
    );
  });

  it('two registrations of one phone at once make one user, by one token or by two', async () => {
    const house = houseWith();
    const first = await verified(house);
    const byOne = await Promise.all(
      [1, 2, 3].map((name) =>
        house.people.register(context, { ...first, nickname: `N${name.toString()}`, password: PASSWORD }),
      ),
    );
    expect(byOne.filter((made) => made !== undefined)).to.have.length(1);

    const { phone } = fresh();
    const users = [1, 2, 3].map((name) =>
      side.users.register(context, { nickname: `N${name.toString()}`, phone, credentials: { password: PASSWORD } }),
    );
    const kinds = await Promise.all(users.map(refusal));
    expect(kinds.sort()).to.deep.equal(['LoginTaken', 'LoginTaken', 'nothing was refused']);
  });

  it('a repeat under its idempotency key is answered as the first one was', async () => {
    const house = houseWith();
    const first = await verified(house);
    const keyed = { ...context, idempotency: { key: 'k', operation: '/user/register', bodyHash: 'b' } };
    const ask = { ...first, nickname: 'Ann', password: PASSWORD };
    const [one, two] = [await house.people.register(keyed, ask), await house.people.register(keyed, ask)];
    expect(two?.outcome).to.deep.equal(one?.outcome);
    expect([one?.replayed, two?.replayed]).to.deep.equal([false, true]);
  });

  it('a claim that a crash left behind is made good where its user is there, and void where he isn’t', async () => {
    const { people } = houseWith();
    const made = fresh().phone;
    const { outcome } = await side.users.register(context, { nickname: 'A', phone: made });
    const name = phones.printOf(tenant, made);
    await side.pool.query('UPDATE system.reserved_name SET confirmed = false WHERE name = $1', [name]);
    expect(await people.isFree(tenant, made)).to.equal(false);
    expect(await people.holderOf(tenant, made)).to.equal(outcome.userId);
    expect((await side.reservations.holderOf(tenant, 'phone', name))?.confirmed).to.equal(true);

    const left = fresh().phone;
    const leftName = phones.printOf(tenant, left);
    // By somebody who was registered without it.
    await side.reservations.claimName(tenant, 'phone', leftName, outcome.userId);
    expect(await people.holderOf(tenant, left)).to.equal(undefined);
    expect(await people.isFree(tenant, left), 'may still come').to.equal(false);
    await side.pool.query(
      "UPDATE system.reserved_name SET claimed_at = now() - interval '16 minutes' WHERE name = $1",
      [leftName],
    );
    expect(await people.isFree(tenant, left)).to.equal(true);
    expect((await side.users.register(context, { nickname: 'B', phone: left })).events).to.equal(1);
  });

  it('a new password by the phone ends every session; a phone that nobody has gets none', async () => {
    const house = houseWith();
    const { people } = house;
    const first = await verified(house);
    await people.register(context, { ...first, nickname: 'Ann', password: PASSWORD });
    const login = (password: string) => people.login(tenant, { phone: first.phone, password }, first.address);
    const session = await login(PASSWORD);
    await wait(first.phone, 61);
    const { token } = await verified(house, first);
    expect(await people.resetPassword(tenant, { token, password: 'quite another' })).to.equal(true);
    expect(await refusal(side.tokens.verify(session?.token ?? ''))).to.match(/revoked/);
    expect(await refusal(login(PASSWORD))).to.equal('BadCredentials');
    expect((await login('quite another'))?.userId).to.equal(session?.userId);
    expect(await people.resetPassword(tenant, { token, password: 'once more!' }), 'used').to.equal(false);
    const stranger = await verified(house);
    expect(await refusal(people.resetPassword(tenant, { ...stranger, password: 'once more!' }))).to.equal(
      'UserNotFound',
    );
  });

  it('wrong passwords are bounded as elsewhere, and an unknown phone as one that is known', async () => {
    const house = houseWith();
    const known = await verified(house);
    await house.people.register(context, { ...known, nickname: 'Ann', password: PASSWORD });
    for (const phone of [known.phone, fresh().phone]) {
      const kinds: string[] = [];
      for (let tries = 0; tries < 11; tries++) {
        kinds.push(await refusal(house.people.login(tenant, { phone, password: 'wrong one' }, known.address)));
      }
      expect(kinds.at(-1)).to.equal('TooManyAttempts');
    }
  });
});
