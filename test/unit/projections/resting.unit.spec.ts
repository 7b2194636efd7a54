import type { Position } from '../../../application/ports/event-store.js';
import { Waits } from '../../../projections/engine/wait.js';

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

  it('ends by itself where nobody waits, and when the reader is stopped', async () => {
    await waits().rest({ atLeastMs: 1, atMostMs: 5 }, new AbortController().signal);
    const stopping = new AbortController();
    const resting = waits().rest(LONG, stopping.signal);
    stopping.abort();
    await resting;
  });
});
