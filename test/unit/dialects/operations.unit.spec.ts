import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { declaredOperations, publishedOperations, textOf } from '../../support/operations.js';
import { repositoryRoot } from '../../support/repository-root.js';

describe('the operations of the five APIs', () => {
  it('are declared, each where it was published', () => {
    const published = publishedOperations().map(textOf);
    const declared = new Set(declaredOperations().map(textOf));
    expect(published.filter((operation) => !declared.has(operation))).to.deep.equal([]);
  });

  it('are 136, as the README counts them', () => {
    const rows = readFileSync(join(repositoryRoot(), 'test/golden/operations.tsv'), 'utf8').trimEnd().split('\n');
    const counts = new Map<string, number>();
    for (const row of rows.slice(1)) counts.set(row.slice(0, 3), (counts.get(row.slice(0, 3)) ?? 0) + 1);
    expect(Object.fromEntries(counts)).to.deep.equal({ '000': 24, '001': 24, '002': 19, '003': 39, '004': 30 });
    const readme = readFileSync(join(repositoryRoot(), 'README.md'), 'utf8');
    for (const all of ['all 24 rpcs', 'all 24 commands', 'all 19 operations', 'all 30 operations'])
      expect(readme).to.include(all);
  });
});
