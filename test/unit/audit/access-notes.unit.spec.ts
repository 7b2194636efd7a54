import { expect } from 'chai';
import {
  accessBreak,
  accessHash,
  type AccessStore,
  type CountedAccess,
  type KeptAccess,
} from '../../../application/audit/access-log.js';
import { ACCESS_BOUNDS, AccessNotes, ANY_TENANT } from '../../../application/audit/access-notes.js';
import { ApplicationError } from '../../../application/commands/errors.js';
import { silentLogger } from '../../support/silent-logger.js';

class Kept implements AccessStore {
  readonly all: KeptAccess[] = [];
  readonly #last = new Map<string, KeptAccess>();
  fails = false;

  add(accesses: readonly CountedAccess[]): Promise<void> {
    if (this.fails) return Promise.reject(new Error('the database is away'));
    for (const access of accesses) {
      const last = this.#last.get(access.tenant);
      const entry = { ...access, seq: (last?.seq ?? -1) + 1, prevHash: last?.hash ?? '' };
      const kept = { ...entry, hash: accessHash(entry) };
      this.all.push(kept);
      this.#last.set(access.tenant, kept);
    }
    return Promise.resolve();
  }

  page(): Promise<KeptAccess[]> {
    throw new Error('not asked for');
  }

  of(tenant: string): KeptAccess[] {
    return this.all.filter((entry) => entry.tenant === tenant);
  }
}

describe('what is noted of accesses', () => {
  let now: number;
  let kept: Kept;
  let notes: AccessNotes;
  beforeEach(() => {
    now = 1_000_000;
    kept = new Kept();
    notes = new AccessNotes(kept, { now: () => now }, silentLogger);
  });

  const refusal = (tenant: string, id: string, outcome = 'NotGroupMember') =>
    ({
      tenant,
      kind: 'refused',
      actor: { kind: 'user', id },
      operation: 'v1:PUT /groups',
      about: 'a stream',
      outcome,
      correlationId: 'c',
    }) as const;
  const look = {
    tenant: 't',
    actor: { kind: 'auditor', id: 'eva' },
    operation: 'v1:GET /audit/history',
    about: 'to=bob',
    correlationId: 'c',
  } as const;
  const total = (entries: readonly KeptAccess[]): number => entries.reduce((sum, { count }) => sum + count, 0);

  it('given a flood, by whomever and in whichever tenant, then few entries are kept, and they count all of it', async () => {
    const minutes = 2;
    const flood = 20_000;
    for (let minute = 0; minute < minutes; minute++) {
      for (let n = 0; n < flood; n++) notes.note(refusal(`t${(n % 500).toString()}`, `user${(n % 7_919).toString()}`));
      now += 60_000;
    }
    await notes.close();
    expect(total(kept.all)).to.equal(minutes * flood);
    const { tenants, singly, different } = ACCESS_BOUNDS;
    expect(kept.all.length).to.be.below(minutes * (tenants + 1) * (singly + different + 4));
    expect(kept.of('t0').length / minutes).to.be.at.most(singly + different + 4);
    expect(total(kept.of(ANY_TENANT))).to.be.above(0);
    expect(accessBreak(kept.of('t0'))).to.equal(undefined);
  });

  it('given the same again and again, then the first ones are kept as they are, and the rest is counted', async () => {
    for (let n = 0; n < 1_000; n++) notes.note(refusal('t', 'ann'));
    notes.note(refusal('t', 'ben'));
    await notes.close();
    const ofAnn = kept.all.filter(({ actor }) => actor?.id === 'ann');
    expect(ofAnn.map(({ count }) => count)).to.deep.equal([1, 1, 1, 1, 1, 1_000 - ACCESS_BOUNDS.same]);
    expect(kept.all.find(({ actor }) => actor?.id === 'ben')).to.include({ count: 1, about: 'a stream' });
  });

  it('an auditor’s look is kept before it is answered, or it isn’t answered; nor are more than so many a minute', async () => {
    await notes.read(look);
    expect(kept.all).to.have.length(1);
    expect(kept.all[0]).to.include({ kind: 'read', about: 'to=bob', outcome: '' });
    kept.fails = true;
    expect(await notes.read(look).catch((error: unknown) => error)).to.be.instanceOf(Error);
    kept.fails = false;
    for (let n = 2; n < ACCESS_BOUNDS.reads; n++) await notes.read(look);
    const refused: unknown = await notes.read(look).catch((error: unknown) => error);
    expect(refused).to.be.instanceOf(ApplicationError).and.have.nested.property('facts.retryAfterMs', 60_000);
    now += 60_000;
    await notes.read(look);
  });

  it('given a database that is away, then what waits is kept later', async () => {
    kept.fails = true;
    notes.note(refusal('t', 'ann'));
    await notes.close();
    kept.fails = false;
    await notes.close();
    expect(kept.all).to.have.length(1);
  });

  it('a chain names the entry that was changed, taken out or put in', async () => {
    for (let n = 0; n < 5; n++) await notes.read({ ...look, about: n.toString() });
    const entries = kept.of('t');
    expect(accessBreak(entries)).to.equal(undefined);
    expect(accessBreak(entries.map((entry) => (entry.seq === 3 ? { ...entry, about: 'x' } : entry)))).to.match(
      /changed at entry 3/,
    );
    expect(accessBreak(entries.filter(({ seq }) => seq !== 2))).to.match(/missing.* at entry 3/);
    expect(accessBreak([...entries.slice(0, 2), { ...entries[2]!, prevHash: 'x' }])).to.match(/before at entry 2/);
  });
});
