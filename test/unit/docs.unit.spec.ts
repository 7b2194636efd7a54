import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { repositoryRoot } from '../support/repository-root.js';

const root = repositoryRoot();
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const below = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file));
const pages = ['README.md', ...below('docs').filter((file) => file.endsWith('.md'))];
const folders = ['api', 'application', 'cli', 'domain', 'infrastructure', 'projections', 'scripts', 'test'];
const sources = ['main.ts', ...folders.flatMap(below)].filter(
  (file) => /\.(ts|mjs|cjs|sql)$/.test(file) && !file.endsWith('docs.unit.spec.ts'),
);

/** As GitHub makes anchors of headings. */
const anchorsOf = (page: string): string[] =>
  [...page.matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
    (title ?? '')
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

describe('the documentation', () => {
  it('has links that lead somewhere', () => {
    for (const page of pages) {
      for (const [, target = ''] of read(page).matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^[a-z]+:/.test(target)) continue;
        const [file = '', anchor] = target.split('#');
        const path = file === '' ? page : join(dirname(page), file);
        expect(existsSync(join(root, path)), `${page}: ${target}`).to.equal(true);
        if (anchor !== undefined) expect(anchorsOf(read(path)), `${page}: ${target}`).to.include(anchor);
      }
    }
  });

  it('begins with a README that is read in one sitting', () => {
    expect(read('README.md').split('\n').length).to.be.at.most(150);
  });

  it('holds every rule, decision and section that the code cites', () => {
    const rules = read('docs/rules.md');
    const cited = (page: string): RegExp =>
      new RegExp(`docs/${page}\\.md ((?:"[^"]+"|[A-D]\\d*)(?:, [A-D]\\d+)*)`, 'g');
    let seen = 0;
    for (const file of sources) {
      const text = read(file);
      for (const [, all = ''] of text.matchAll(cited('rules'))) {
        for (const [rule] of all.matchAll(/\b[A-D]\d*\b/g)) {
          expect(new RegExp(`^#{2,3} ${rule}\\. `, 'm').test(rules), `${file} cites ${rule}`).to.equal(true);
          seen += 1;
        }
      }
      for (const page of ['architecture', 'events']) {
        for (const [, title = ''] of text.matchAll(cited(page))) {
          expect(read(`docs/${page}.md`), `${file} cites ${page}`).to.include(title.replaceAll('"', ''));
          seen += 1;
        }
      }
    }
    expect(seen).to.be.greaterThan(100);
  });

  it('is all that the code cites: no page that a reader of the repository cannot open', () => {
    for (const file of sources) {
      const text = read(file);
      expect(
        /\b(RULES [A-D]\d?|ARCHITECTURE "|DIALECTS|OPENIM-MESSAGES|EVENTSTOREDB-CLIENT|EMBEDDED-POSTGRES)\b/.exec(
          text,
        )?.[0],
        file,
      ).to.equal(undefined);
      expect(/(?<!docs\/)\b(EVENTS|RULES|ARCHITECTURE)\.md/.exec(text)?.[0], file).to.equal(undefined);
    }
  });
});
