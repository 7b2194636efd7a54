import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { repositoryRoot } from '../../support/repository-root.js';

describe('the stand-alone verifier', () => {
  const source = (): Promise<string> => readFile(join(repositoryRoot(), 'tools', 'parley-verify.mjs'), 'utf8');

  it('is short enough to be read, and needs nothing but Node', async () => {
    const lines = (await source()).trimEnd().split('\n');
    expect(lines.length).to.be.below(400);
    const imports = lines.flatMap((line) => /^import .* from '([^']+)';$/.exec(line)?.[1] ?? []);
    expect(imports).to.not.be.empty;
    expect(lines.join('\n')).to.not.match(/\b(import|require)\(/);
    for (const each of imports) expect(each).to.match(/^node:/);
  });

  it('is in the image', async () => {
    expect(await readFile(join(repositoryRoot(), 'Dockerfile'), 'utf8')).to.match(/^COPY tools\/parley-verify\.mjs /m);
  });
});
