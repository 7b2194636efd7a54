import { expect } from 'chai';
import { LoginAttempts } from '../../../application/commands/login-attempts.js';
import {
  type NewUser,
  type RegistrationContext,
  UserCommands,
  type UserCommandsDependencies,
} from '../../../application/commands/users.js';
import { systemClock } from '../../../application/ports/clock.js';
import type { DomainError } from '../../../domain/shared/errors.js';
import { streamName } from '../../../application/streams.js';
import { MasterKeyPhoneSecrets } from '../../../infrastructure/auth/phone-secrets.js';
import { type CommandSide, commandSideDatabase, openCommandSide, quickHasher } from '../../support/command-side.js';
import type { TestDatabase } from '../../support/postgres.js';

const context = { tenant: 't', via: 'test' };
const keyed = (key: string) => ({ ...context, idempotency: { key, operation: 'POST /users', bodyHash: 'b' } });
const asked = (login: string, password = 'correct horse') => ({ nickname: 'N', credentials: { login, password } });

const refusal = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'nothing was refused',
    (error: unknown) => (error as { kind?: string; message: string }).kind ?? (error as Error).message,
  );

describe('User commands on PostgreSQL', () => {
  let database: TestDatabase;
  let side: CommandSide;

  before(async function () {
    this.timeout(60_000);
    database = await commandSideDatabase('users');
    side = await openCommandSide(database.url);
  });

  after(async () => {
    await side.close();
    await database.drop();
  });

  const dependencies = (): UserCommandsDependencies => ({
    ...side,
    phones: new MasterKeyPhoneSecrets(Buffer.alloc(32, 7)),
    passwords: quickHasher(),
    attempts: new LoginAttempts(systemClock, side.networks),
  });

  const registrationsInLog = async (userId: string): Promise<number> => {
    let events = 0;
    const stream = streamName({ category: 'user', tenant: 't', userId });
    for await (const batch of side.store.readStream(stream)) events += batch.length;
    return events;
  };

  const age = (login: string): Promise<unknown> =>
    side.pool.query("UPDATE system.reserved_name SET claimed_at = now() - interval '16 minutes' WHERE name = $1", [
      login,
    ]);

  it('registers with an id of the server and logs in, the login in any case', async () => {
    const { outcome, events } = await side.users.register(context, asked('Ann@Example.org'));
    expect(outcome.userId).to.equal(String(outcome.number));
    expect(events).to.equal(1);
    const { token, expiresAt } = await side.users.login('t', { login: ' ann@example.ORG', password: 'correct horse' });
    expect(await side.tokens.verify(token)).to.include({ tenant: 't', userId: outcome.userId, expiresAt });
  });

  it('keeps the names under which the server speaks, and addresses of keys, from whoever would take them', async () => {
    for (const userId of ['__system__', '__group_apply__', '____', '17j3buAMjjxHQePVx55WuxQVKSAjW7L77f']) {
      const work = side.users.register(context, { userId, nickname: 'N' });
      expect(await refusal(work), userId).to.equal('NotPermitted');
      expect(await registrationsInLog(userId)).to.equal(0);
    }
    for (const userId of ['__system', 'system__', '_a_']) await side.users.register(context, { userId, nickname: 'N' });
  });

  it('keeps the password out of the log', async () => {
    await side.users.register(context, asked('secretive', 'tell-nobody-this'));
    for await (const events of side.store.readAll())
      for (const { data, metadata } of events) expect(data + metadata).not.to.match(/tell-nobody|argon2|secretive/);
  });

  it('gives a login once, in each tenant', async () => {
    await side.users.register(context, asked('taken'));
    expect(await refusal(side.users.register(context, asked('TAKEN', 'another one')))).to.equal('LoginTaken');
    expect(await refusal(side.users.register(context, asked('taken')))).to.equal('LoginTaken');
    expect((await side.users.register({ ...context, tenant: 'other' }, asked('taken'))).events).to.equal(1);
  });

  it('eight who want one login at once: one has it, and can log in', async () => {
    const attempts = Array.from({ length: 8 }, (_, n) =>
      side.users.register(context, { ...asked('rush', `password ${String(n)}`), userId: `rush${String(n)}` }),
    );
    const ends = await Promise.allSettled(attempts);
    const won = ends.flatMap(({ status }, n) => (status === 'fulfilled' ? [n] : []));
    expect(won).to.have.length(1);
    const password = `password ${String(won[0])}`;
    expect((await side.users.login('t', { login: 'rush', password })).userId).to.equal(`rush${String(won[0])}`);
  });

  it('eight equal registrations at once make one user', async () => {
    const ends = await Promise.allSettled(
      Array.from({ length: 8 }, () => side.users.register(keyed('k'), asked('eight'))),
    );
    const ids = ends.map((end) => (end.status === 'fulfilled' ? end.value.outcome.userId : String(end.reason)));
    expect(new Set(ids).size).to.equal(1);
    expect(await registrationsInLog(ids[0] ?? '')).to.equal(1);
  });

  const nicknameOf = async (userId: string): Promise<string> => {
    for await (const stored of side.store.readStream(streamName({ category: 'user', tenant: 't', userId }))) {
      for (const { event } of await side.serializer.open(stored))
        return String((event?.data as { nickname: string } | undefined)?.nickname);
    }
    return 'nobody';
  };

  /** Several who know the same password, at once; exactly one is told that he is registered, and he is. */
  const oneOf = async (person: Omit<NewUser, 'nickname'>, contexts: readonly RegistrationContext[]): Promise<void> => {
    const ends = await Promise.allSettled(
      contexts.map((each, n) => side.users.register(each, { ...person, nickname: `Nick ${String(n)}` })),
    );
    const told = ends.map((end) => (end.status === 'fulfilled' ? 'done' : (end.reason as DomainError).kind));
    const [first] = ends.flatMap((end, n) => (end.status === 'fulfilled' ? [{ n, ...end.value.outcome }] : []));
    expect(told.filter((one) => one === 'done')).to.have.length(1);
    expect(told.filter((one) => !['done', 'UserIdTaken', 'LoginTaken'].includes(one))).to.deep.equal([]);
    expect(await nicknameOf(first?.userId ?? '')).to.equal(`Nick ${String(first?.n)}`);
    expect(await registrationsInLog(first?.userId ?? '')).to.equal(1);
    const { login = first?.userId ?? '', password = '' } = person.credentials ?? {};
    expect((await side.users.login('t', { login, password })).userId).to.equal(first?.userId);
  };

  it('of several registrations at once that differ in the profile only, one is acknowledged', async () => {
    const password = 'correct horse';
    for (let n = 0; n < 5; n++) {
      const name = `twin${String(n)}`;
      const five = Array.from({ length: 5 }, () => context);
      await oneOf({ userId: `${name}a`, credentials: { password } }, five);
      await oneOf({ userId: `${name}b`, credentials: { login: `${name}b`, password } }, five);
      await oneOf({ credentials: { login: `${name}c`, password } }, five);
      const keys = five.map((_, k) => keyed(`${name}/${String(k)}`));
      await oneOf({ userId: `${name}d`, credentials: { password } }, keys);
      await oneOf({ credentials: { login: `${name}e`, password } }, keys);
    }
  });

  it('another key is another registration, whoever knows the password', async () => {
    const person = { ...asked('again'), userId: 'again' };
    await side.users.register(keyed('first'), person);
    expect(await refusal(side.users.register(keyed('second'), { ...person, nickname: 'Other' }))).to.equal(
      'UserIdTaken',
    );
    expect((await side.users.register(keyed('first'), person)).replayed).to.equal(true);
  });

  it('a key with another body or another password is refused as such, and keeps no fast hash of a password', async () => {
    for (const person of [
      { nickname: 'N', userId: 'keyed', credentials: { password: 'correct horse' } },
      { nickname: 'N', userId: 'keyed2', credentials: { login: 'keyed two', password: 'correct horse' } },
      { nickname: 'N', credentials: { login: 'keyed three', password: 'correct horse' } },
    ]) {
      const key = keyed(`k ${JSON.stringify(person)}`);
      const { outcome } = await side.users.register(key, person);
      const other = { ...key, idempotency: { ...key.idempotency, bodyHash: 'another' } };
      expect(await refusal(side.users.register(other, { ...person, nickname: 'O' }))).to.equal('IdempotencyKeyReused');
      const guess = { ...person, credentials: { ...person.credentials, password: 'another' } };
      expect(await refusal(side.users.register(key, guess))).to.equal('IdempotencyKeyReused');
      expect((await side.users.register(key, person)).outcome).to.deep.equal(outcome);
      const login = person.credentials.login ?? outcome.userId;
      expect((await side.users.login('t', { login, password: 'correct horse' })).userId).to.equal(outcome.userId);
      const { rowCount } = await side.pool.query('SELECT 1 FROM system.credential WHERE user_id = $1', [
        outcome.userId,
      ]);
      expect(rowCount).to.equal(1);
    }
  });

  it('nobody takes a login that reads like the id of one who may log in, nor such an id', async () => {
    const password = 'of the id';
    const byId = (userId: string, word = password) =>
      side.users.register(context, { userId, nickname: 'N', credentials: { password: word } });
    await byId('Vic');
    for (const login of ['vic', 'VIC', ' ｖｉｃ ', 'Vic']) {
      expect(await refusal(side.users.register(context, asked(login, 'of a stranger'))), login).to.equal('LoginTaken');
      expect((await side.users.login('t', { login, password })).userId).to.equal('Vic');
    }
    for (const userId of ['vic', 'VIC']) {
      expect(await refusal(byId(userId, 'of a stranger')), userId).to.equal('UserIdLooksAlike');
      // To log in as a user of 003 the id has to be exact.
      expect(await refusal(side.users.loginAs('t', { userId, password }))).to.equal('BadCredentials');
    }
    expect(await refusal(byId('Vic', 'of a stranger'))).to.equal('UserIdTaken');

    await side.users.register(context, { ...asked('Vera', 'of the login'), userId: 'mallory' });
    for (const userId of ['vera', 'VERA']) expect(await refusal(byId(userId))).to.equal('UserIdLooksAlike');
    for (const login of ['VERA', 'mallory', 'Mallory']) {
      expect((await side.users.login('t', { login, password: 'of the login' })).userId).to.equal('mallory');
    }
    expect((await side.users.loginAs('t', { userId: 'mallory', password: 'of the login' })).userId).to.equal('mallory');

    // Without a password nobody logs in by it: the app may name its users as it likes.
    await side.users.register({ ...context, actor: { kind: 'system', id: 'app' } }, { userId: 'VERA', nickname: 'N' });
    expect(await refusal(side.users.login('t', { login: 'VERA', password }))).to.equal('BadCredentials');
  });

  it('of eight who want ids that read alike at once, one is registered', async () => {
    const ids = ['rivals', 'Rivals', 'RIVALS', 'rIvals', 'riVals', 'rivAls', 'rivaLs', 'rivalS'];
    const ends = await Promise.allSettled(
      ids.map((userId) => side.users.register(context, { userId, nickname: 'N', credentials: { password: userId } })),
    );
    const won = ids.filter((_, n) => ends[n]?.status === 'fulfilled');
    expect(won).to.have.length(1);
    for (const end of ends) {
      if (end.status === 'rejected') expect((end.reason as DomainError).kind).to.equal('UserIdLooksAlike');
    }
    for (const login of ids) {
      expect((await side.users.login('t', { login, password: won[0] ?? '' })).userId).to.equal(won[0]);
    }
  });

  it('gives an id back that reads alike when the registration is refused for something else', async () => {
    await side.users.register(context, { ...asked('has it'), userId: 'owner-of-it' });
    const refused = side.users.register(context, { ...asked('HAS IT'), userId: 'Another' });
    expect(await refusal(refused)).to.equal('LoginTaken');
    expect((await side.users.register(context, { ...asked('it instead'), userId: 'another' })).events).to.equal(1);
  });

  it('whoever changes his password while a session is being opened with the old one ends it too', async () => {
    await side.users.register(context, { ...asked('changing'), userId: 'changing' });
    const [credential] = await side.credentials.ofUser('t', 'changing');
    if (credential === undefined) throw new Error('no password was kept');
    const slow = quickHasher();
    const users = new UserCommands({
      ...dependencies(),
      passwords: {
        hash: (password) => slow.hash(password),
        waste: (password) => slow.waste(password),
        verify: async (phc, password) => {
          const right = await slow.verify(phc, password);
          await side.credentials.replace(credential, await slow.hash('the new one'), 'a session elsewhere');
          return right;
        },
      },
    });
    const { token } = await users.login('t', asked('changing').credentials);
    expect(await refusal(side.tokens.verify(token))).to.match(/revoked/);
    expect(await refusal(side.users.login('t', asked('changing').credentials))).to.equal('BadCredentials');
    expect((await side.users.login('t', { login: 'changing', password: 'the new one' })).userId).to.equal('changing');
  });

  it('bounds guessing through both doors together', async () => {
    await side.users.register(context, { ...asked('two doors'), userId: 'doors' });
    const told: string[] = [];
    for (let n = 0; n < 11; n++) {
      const guess =
        n % 2 === 0
          ? side.users.login('t', { login: 'two doors', password: 'wrong' }, '10.0.0.9')
          : side.users.loginAs('t', { userId: 'doors', password: 'wrong' }, '10.0.0.9');
      told.push(await refusal(guess));
    }
    expect(told.indexOf('TooManyAttempts')).to.equal(10);
  });

  it('one key from two strangers is two requests', async () => {
    const one = await side.users.register(keyed('1'), asked('stranger one'));
    const two = await side.users.register(keyed('1'), asked('stranger two'));
    expect(one.outcome.userId).not.to.equal(two.outcome.userId);
  });

  it('refuses an id that is taken and gives the login back', async () => {
    await side.users.register(context, { ...asked('first'), userId: 'wanted' });
    expect(await refusal(side.users.register(context, { ...asked('second'), userId: 'wanted' }))).to.equal(
      'UserIdTaken',
    );
    expect(await refusal(side.users.login('t', asked('second').credentials))).to.equal('BadCredentials');
    expect((await side.users.register(context, asked('second', 'somebody else'))).events).to.equal(1);
  });

  it('gives a phone once and the login back when it is taken', async () => {
    await side.users.register(context, { ...asked('phone one'), phone: '+44 20 7946 0000' });
    const second = side.users.register(context, { ...asked('phone two'), phone: '+442079460000' });
    expect(await refusal(second)).to.equal('LoginTaken');
    expect((await side.users.register(context, asked('phone two'))).events).to.equal(1);
  });

  it('refuses bad logins, passwords and profiles before anything is claimed', async () => {
    for (const [login, password, nickname] of [
      ['', 'long enough', 'N'],
      ['\u200b', 'long enough', 'N'],
      ['a\0b', 'long enough', 'N'],
      ['x'.repeat(129), 'long enough', 'N'],
      ['fine', 'short', 'N'],
      ['fine', 'x'.repeat(257), 'N'],
      ['fine', 'long enough', ''],
    ] as const) {
      const work = side.users.register(context, { nickname, credentials: { login, password } });
      expect(await refusal(work)).to.equal('InvalidArgument');
    }
    const { rows } = await side.pool.query("SELECT 1 FROM system.reserved_name WHERE name = 'fine'");
    expect(rows).to.deep.equal([]);
  });

  it('tells an unknown login as it tells a wrong password, also for what could never be one', async () => {
    await side.users.register(context, asked('known'));
    for (const login of ['known', 'unknown', 'a\0b', 'x'.repeat(100_000)]) {
      expect(await refusal(side.users.login('t', { login, password: 'wrong' }))).to.equal('BadCredentials');
    }
    expect(await refusal(side.users.login('other', asked('known').credentials))).to.equal('BadCredentials');
  });

  it('bounds guessing by login and address, and leaves the owner elsewhere in peace', async () => {
    await side.users.register(context, asked('guessed'));
    const guess = () => refusal(side.users.login('t', { login: 'guessed', password: 'wrong!' }, '10.0.0.1'));
    for (let n = 0; n < 10; n++) expect(await guess()).to.equal('BadCredentials');
    expect(await guess()).to.equal('TooManyAttempts');
    const together = await Promise.all(
      Array.from({ length: 30 }, () =>
        refusal(side.users.login('t', { login: 'guessed', password: 'wrong' }, '10.0.0.3')),
      ),
    );
    expect(together.filter((told) => told === 'BadCredentials')).to.have.length(10);
    expect((await side.users.login('t', asked('guessed').credentials, '10.0.0.2')).userId).to.match(/^[0-9]{16}$/);
  });

  /** The n-th call of any port ends the process: before it, or having done its work. */
  function endingAt(n: number, done: boolean): { users: UserCommands; calls: () => number } {
    let calls = 0;
    const fragile = <Port extends object>(port: Port): Port =>
      new Proxy(port, {
        get(target, name): unknown {
          const method: unknown = Reflect.get(target, name);
          if (typeof method !== 'function') return method;
          return async (...args: unknown[]): Promise<unknown> => {
            calls += 1;
            if (calls > n || (calls === n && !done)) throw new Error('the process ended');
            const result: unknown = await Reflect.apply(method, target, args);
            if (calls === n) throw new Error('the process ended');
            return result;
          };
        },
      });
    const { pipeline, reservations, claims, credentials, numbers, ...rest } = dependencies();
    const users = new UserCommands({
      ...rest,
      pipeline: fragile(pipeline),
      reservations: fragile(reservations),
      claims: fragile(claims),
      credentials: fragile(credentials),
      numbers: fragile(numbers),
    });
    return { users, calls: () => calls };
  }

  for (const userId of [undefined, 'chosen']) {
    it(`a registration that was cut anywhere is finished by a repeat (${userId ?? 'id of the server'})`, async function () {
      this.timeout(60_000);
      let cuts = 0;
      for (let n = 1; n < 20; n++) {
        for (const done of [false, true]) {
          const name = `${userId ?? 'cut'}${String(n)}${String(done)}`;
          const person = { ...asked(name), ...(userId === undefined ? {} : { userId: name }) };
          const { users, calls } = endingAt(n, done);
          const end = await refusal(users.register(context, person));
          if (calls() < n) return void expect(cuts).to.be.greaterThan(10);
          cuts += 1;
          expect(end).to.equal('the process ended');

          const robbed = side.users.register(context, { ...asked(name, 'another password'), userId: `thief${name}` });
          const thief = await refusal(robbed);
          if (thief === 'nothing was refused') {
            // Nothing had been claimed yet, so the name was free.
            expect(n, 'a claim was given to another').to.be.lessThan(4);
            continue;
          }
          expect(thief).to.equal('LoginTaken');
          const repeat = await refusal(side.users.register(context, person));
          expect(repeat).to.be.oneOf(['nothing was refused', 'LoginTaken', 'UserIdTaken']);
          const { userId: found } = await side.users.login('t', person.credentials);
          expect(await registrationsInLog(found)).to.equal(1);
          expect(await refusal(side.users.register(context, asked(name)))).to.equal('LoginTaken');
        }
      }
      expect.fail('never came through');
    });
  }

  it('a registration that was appended but not confirmed is finished by logging in', async () => {
    const { users, calls } = endingAt(8, false);
    expect(await refusal(users.register(context, { ...asked('halfway'), userId: 'halfway' }))).to.equal(
      'the process ended',
    );
    expect(calls()).to.equal(8);
    const rows = async () =>
      (await side.pool.query("SELECT confirmed FROM system.reserved_name WHERE name = 'halfway'")).rows as unknown[];
    expect(await rows()).to.deep.equal([{ confirmed: false }]);
    expect((await side.users.login('t', asked('halfway').credentials)).userId).to.equal('halfway');
    expect(await rows()).to.deep.equal([{ confirmed: true }]);
  });

  it('a name whose registration came to nothing is free after 15 minutes, not before', async () => {
    await side.reservations.claimName('t', 'login', 'ghost', 'never registered');
    const ghost = { tenant: 't', userId: 'never registered', registration: 'r', login: 'ghost', phc: 'x' };
    await side.credentials.put(ghost);
    expect(await refusal(side.users.register(context, { ...asked('ghost'), userId: 'heir' }))).to.equal('LoginTaken');
    await age('ghost');
    expect((await side.users.register(context, { ...asked('ghost'), userId: 'heir' })).events).to.equal(1);
    expect((await side.users.login('t', asked('ghost').credentials)).userId).to.equal('heir');
  });

  it('a login that was claimed for an id of somebody else lets nobody in as him', async () => {
    await side.users.register(context, { ...asked('victim'), userId: 'victim' });
    await side.reservations.claimName('t', 'login', 'intruder', 'victim');
    const phc = await quickHasher().hash('intruding');
    await side.credentials.put({ tenant: 't', userId: 'victim', registration: 'r', login: 'intruder', phc });
    expect(await refusal(side.users.login('t', { login: 'intruder', password: 'intruding' }))).to.equal(
      'BadCredentials',
    );
    expect((await side.users.register(context, asked('intruder', 'somebody new'))).events).to.equal(1);
  });
});
