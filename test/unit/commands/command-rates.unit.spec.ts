import { expect } from 'chai';
import { COMMAND_LIMITS, type CommandLimits, CommandRates } from '../../../application/commands/command-rates.js';
import { ApplicationError } from '../../../application/commands/errors.js';
import type { Actor } from '../../../domain/shared/actor.js';

const UNBOUNDED = Object.fromEntries(Object.keys(COMMAND_LIMITS).map((name) => [name, 0])) as Record<
  keyof CommandLimits,
  number
>;
const ann: Actor = { kind: 'user', id: 'ann' };
const bob: Actor = { kind: 'user', id: 'bob' };
const root: Actor = { kind: 'appAdmin', id: 'root', onBehalfOf: 'ann' };
const KEY = { key: 'k', operation: 'o', bodyHash: 'h' };

describe('what one user may ask for', () => {
  let now = 0;
  let rates: CommandRates;

  const given = (limits: Partial<CommandLimits>): void => {
    now = 1_700_000_000_000;
    rates = new CommandRates({ now: () => now }, { ...UNBOUNDED, ...limits });
  };
  /** How many of `times` commands pass, and what is said of the first that doesn't. */
  async function passing(times: number, actor: Actor = ann, tenant = 't', keyed = false): Promise<[number, unknown]> {
    for (let n = 0; n < times; n++) {
      try {
        const context = { tenant, actor, ...(keyed ? { idempotency: KEY } : {}) };
        await rates.within(context, () => Promise.resolve());
      } catch (error) {
        if (!(error instanceof ApplicationError) || error.kind !== 'TooManyRequests') throw error;
        return [n, error.facts];
      }
    }
    return [times, undefined];
  }

  it('is ten seconds’ worth of commands together, and then as many as the rate gives', async () => {
    given({ perSecond: 2 });
    expect(await passing(30)).to.deep.equal([20, { bound: 'commands per second', retryAfterMs: 500 }]);
    expect(await passing(5, bob)).to.deep.equal([5, undefined]);
    expect(await passing(5, ann, 'other')).to.deep.equal([5, undefined]);
    now += 499;
    expect((await passing(1))[0]).to.equal(0);
    now += 1;
    expect((await passing(2))[0]).to.equal(1);
    now += 3_600_000;
    expect((await passing(30))[0]).to.equal(20);
  });

  it('is not less after the clock was set back', async () => {
    given({ perSecond: 1 });
    await passing(5);
    now -= 3_600_000;
    expect((await passing(30))[0]).to.equal(5);
  });

  it('is bounded for a tenant’s users together', async () => {
    given({ tenantPerSecond: 1 });
    await passing(6);
    expect((await passing(9, bob))[0]).to.equal(4);
    expect((await passing(9, bob, 'other'))[0]).to.equal(9);
  });

  it('is so many commands at once, whether they succeed or fail', async () => {
    given({ atOnce: 2 });
    const ends: (() => void)[] = [];
    const context = { tenant: 't', actor: ann };
    const waiting = [1, 2].map(() =>
      rates.within(
        context,
        () =>
          new Promise<void>((_, reject) =>
            ends.push(() => {
              reject(new Error('failed'));
            }),
          ),
      ),
    );
    for (const one of waiting) one.catch(() => undefined);
    expect(await passing(1)).to.deep.equal([0, { bound: 'commands at once', retryAfterMs: 1_000 }]);
    expect((await passing(1, bob))[0]).to.equal(1);
    for (const end of ends) end();
    await Promise.allSettled(waiting);
    expect((await passing(5))[0]).to.equal(5);
  });

  it('is so many idempotency keys and groups a day', async () => {
    given({ keysPerDay: 3, groupsPerDay: 2 });
    expect((await passing(9))[0]).to.equal(9);
    expect(await passing(9, ann, 't', true)).to.deep.equal([
      3,
      { bound: 'idempotency keys per day', retryAfterMs: 28_800_000 },
    ]);
    const make = (): void => {
      rates.groupMade({ tenant: 't', actor: ann });
    };
    make();
    make();
    expect(make).to.throw(ApplicationError, 'groups per day');
    now += 43_200_000;
    make();
  });

  it('is so many requests to join a day, of one group and of all, and so many people invited', () => {
    given({ joinRequestsPerDay: 5, joinRequestsPerGroupAndDay: 2, invitationsPerDay: 10 });
    const ask =
      (groupId: string, actor = ann) =>
      (): void => {
        rates.joinAsked({ tenant: 't', actor }, groupId);
      };
    ask('g')();
    ask('g')();
    expect(ask('g')).to.throw(ApplicationError, 'to join this group');
    ask('g', bob)();
    ask('h')();
    ask('h')();
    ask('i')();
    expect(ask('j')).to.throw(ApplicationError, 'to join groups');
    now += 86_400_000;
    ask('g')();
    const invite =
      (people: number, actor = ann) =>
      (): void => {
        rates.invited({ tenant: 't', actor }, people);
      };
    invite(8)();
    expect(invite(3)).to.throw(ApplicationError, 'invitations per day');
    invite(2)();
    invite(1_000, root)();
    given({});
    invite(1_000_000)();
    for (let n = 0; n < 99; n++) ask('g')();
  });

  it('is so many friend requests a day, to one person and to all', () => {
    given({ friendRequestsPerDay: 4, friendRequestsPerPersonAndDay: 2 });
    const ask =
      (userId: string, actor = ann) =>
      (): void => {
        rates.friendAsked({ tenant: 't', actor }, userId);
      };
    ask('bob')();
    ask('bob')();
    expect(ask('bob')).to.throw(ApplicationError, 'friend requests per day to this user');
    ask('bob', { kind: 'user', id: 'cid' })();
    ask('dan')();
    ask('eve')();
    expect(ask('fay')).to.throw(ApplicationError, 'friend requests per day');
    for (let n = 0; n < 9; n++) ask('bob', root)();
    now += 86_400_000;
    ask('bob')();
  });

  it('is so many requests of a user, and of whoever says no name by his address', () => {
    given({ requestsPerSecond: 1 });
    const asked = (actor: Actor | undefined, address = '192.0.2.1'): number => {
      for (let n = 0; n < 30; n++) {
        try {
          rates.asked(actor && { tenant: 't', actor }, () => address);
        } catch (error) {
          expect(error).to.be.instanceOf(ApplicationError);
          expect((error as ApplicationError).facts).to.deep.equal({
            bound: 'requests per second',
            retryAfterMs: 1_000,
          });
          return n;
        }
      }
      return Infinity;
    };
    expect([asked(ann), asked(ann), asked(bob)]).to.deep.equal([10, 0, 10]);
    expect([asked({ kind: 'auditor', id: 'eve' }), asked(root)]).to.deep.equal([10, Infinity]);
    expect([asked(undefined), asked(undefined), asked(undefined, '192.0.2.2')]).to.deep.equal([10, 0, 10]);
    now += 3_000;
    expect([asked(ann), asked(undefined)]).to.deep.equal([3, 3]);
  });

  it('is without bound for app admins and the server itself, and where nothing is set', async () => {
    given({ perSecond: 1, tenantPerSecond: 1, atOnce: 1 });
    expect((await passing(99, root))[0]).to.equal(99);
    expect((await passing(99, { kind: 'system', id: 'app' }))[0]).to.equal(99);
    given({});
    expect((await passing(99))[0]).to.equal(99);
    expect(COMMAND_LIMITS.perSecond).to.be.above(0);
  });
});
