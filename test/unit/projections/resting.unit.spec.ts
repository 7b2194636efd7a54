import { expect } from 'chai';
import type { Position } from '../../../application/ports/event-store.js';
import { machineBusyness } from '../../../projections/engine/busyness.js';
import { restAfter, Waits } from '../../../projections/engine/wait.js';

/** None of these ends in time if its rest doesn't end when it should. */
const LONG = { atLeastMs: 0, atMostMs: 600_000 };
const POSITION = 'store:00000000000000000007' as Position;

describe('the rest of a reader under load', () => {
  const waits = (): Waits =>
    new Waits({ poll: () => Promise.resolve(new Map()), isFedHere: () => true, pollMs: 1_000 });

  it('ends as soon as somebody waits to see what he has written', async () => {
    const there = waits();
    const resting = there.rest(LONG, new AbortController().signal);
    const waiting = there.wait(POSITION, ['groups_v2'], 60_000);
    await resting;
    there.close();
    await waiting;
  });

  it('lasts no longer than it must while somebody waits already', async () => {
    const there = waits();
    const waiting = there.wait(POSITION, ['groups_v2'], 60_000);
    await there.rest(LONG, new AbortController().signal);
    there.close();
    await waiting;
  });

  it('is a moment while there is time to spare, longer than the last step where there is none, and never long', () => {
    expect(restAfter(0, 0)).to.deep.equal({ atLeastMs: 5, atMostMs: 5 });
    expect(restAfter(40, 0.75)).to.deep.equal({ atLeastMs: 5, atMostMs: 5 });
    expect(restAfter(8, 0.875)).to.deep.equal({ atLeastMs: 20, atMostMs: 20 });
    expect(restAfter(8, 1)).to.deep.equal({ atLeastMs: 25, atMostMs: 40 });
    expect(restAfter(5_000, 1)).to.deep.equal({ atLeastMs: 25, atMostMs: 50 });
  });

  it('ends by itself where nobody waits, and when the reader is stopped', async () => {
    await waits().rest({ atLeastMs: 1, atMostMs: 5 }, new AbortController().signal);
    const stopping = new AbortController();
    const resting = waits().rest(LONG, stopping.signal);
    stopping.abort();
    await resting;
  });

  it('of a process that only feeds is by how busy all cores are, whoever works on them', () => {
    const times = { all: 0, idle: 0 };
    let now = 0;
    let thread = 0.5;
    const busy = machineBusyness(
      () => ({ ...times }),
      () => now,
      () => thread,
    );
    Object.assign(times, { all: 400, idle: 40 });
    now = 199; // Too soon to be told from the system's hundredths.
    expect(busy()).to.equal(0.5);
    now = 200;
    expect(busy()).to.equal(0.9);
    thread = 0.95;
    expect(busy()).to.equal(0.95);
  });
});
