import { expect } from 'chai';
import fc from 'fast-check';
import { cutPage, decodeCursor, type PagedList } from '../../../infrastructure/read-models/cursor.js';

const LIST: PagedList = { name: 'list', shape: ['number'], start: [-1] };

/** A row whose JSON is about so long. */
const row = (n: number, size: number): { n: number; text: string } => ({ n, text: 'x'.repeat(size) });

describe('a page', () => {
  it('asked for by cursor ends where its rows grow large, goes on behind its last one, and never stands still', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 700_000 }), { maxLength: 12 }),
        fc.integer({ min: 1, max: 5 }),
        (sizes, limit) => {
          const all = sizes.map((size, n) => row(n, size));
          const seen: number[] = [];
          const behind = (cursor: string | null): number =>
            cursor === null ? -1 : Number(decodeCursor('list', LIST.shape, cursor)[0]);
          let next: string | null = null;
          do {
            const last: number = behind(next);
            const rows = all.filter(({ n }) => n > last).slice(0, limit + 1);
            const page = cutPage(LIST, { limit }, rows, ({ n }) => [n]);
            if (rows.length > 0) expect(page.shown).to.not.be.empty;
            if (page.shown.length > 1) expect(JSON.stringify(page.shown).length).to.be.below(1_000_100);
            seen.push(...page.shown.map(({ n }) => n));
            next = page.next;
          } while (next !== null);
          expect(seen).to.deep.equal(all.map(({ n }) => n));
        },
      ),
      { numRuns: 50 },
    );
  });

  it('at an offset has as many rows as were asked for: its caller counts on', () => {
    const rows = [0, 1, 2, 3].map((n) => row(n, 600_000));
    expect(cutPage(LIST, { limit: 3, offset: 0 }, rows, ({ n }) => [n]).shown).to.have.lengthOf(3);
  });

  it('is measured by what it shows', () => {
    const rows = [0, 1, 2].map((n) => row(n, 0));
    const page = cutPage(
      LIST,
      { limit: 3 },
      rows,
      ({ n }) => [n],
      () => 'x'.repeat(600_000),
    );
    expect([page.shown.length, page.next === null]).to.deep.equal([1, false]);
  });
});
