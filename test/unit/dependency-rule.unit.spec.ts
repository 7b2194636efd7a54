import { expect } from 'chai';
import { cruise, type IConfiguration, type ICruiseResult } from 'dependency-cruiser';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { repositoryRoot } from '../support/repository-root.js';

const ROOMS = ['domain', 'application', 'infrastructure', 'projections', 'api', 'cli', 'main.ts'];

/** What breaks the rule of `.dependency-cruiser.mjs` in this folder, a line each, and how much was looked at. */
async function violations(baseDir: string): Promise<{ lines: string[]; modules: number }> {
  const file = pathToFileURL(join(repositoryRoot(), '.dependency-cruiser.mjs')).href;
  const { default: config } = (await import(file)) as {
    default: Required<Pick<IConfiguration, 'options' | 'forbidden'>>;
  };
  const { output } = await cruise(
    ROOMS.filter((room) => existsSync(join(baseDir, room))),
    { ...config.options, baseDir, ruleSet: { forbidden: config.forbidden }, validate: true },
  );
  const { summary } = output as ICruiseResult;
  return {
    modules: summary.totalCruised,
    lines: summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`).sort(),
  };
}

describe('the dependency rule (docs/architecture.md "The rooms")', function () {
  this.timeout(60_000);

  it('imports point one way, and nothing goes in circles', async () => {
    const { lines, modules } = await violations(repositoryRoot());
    expect(lines).to.deep.equal([]);
    expect(modules).to.be.above(50);
  });

  it('is seen when broken, in each of its ways', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'parley-dependency-rule-'));
    const files: Record<string, string> = {
      'main.ts': "import './infrastructure/container.js';",
      'infrastructure/container.ts': "import '../api/server.js';\nimport '../projections/one.js';",
      'infrastructure/store.ts': "import type { Server } from '../api/server.js';\nexport type Store = Server;",
      'projections/one.ts': "import '../infrastructure/store.js';",
      'api/server.ts': "import '../infrastructure/container.js';\nexport type Server = string;",
      'cli/tools.ts': "import '../projections/one.js';",
      'application/send.ts': "import '../infrastructure/store.js';",
      'domain/clock.ts': "import { readFileSync } from 'node:fs';\nexport const now = readFileSync;",
      'domain/group.ts': "import '../application/send.js';\nimport './circle.js';",
      'domain/circle.ts': "import type {} from './group.js';",
      'domain/lost.ts': "import './nowhere.js';",
    };
    try {
      for (const [path, text] of Object.entries(files)) {
        await mkdir(dirname(join(folder, path)), { recursive: true });
        await writeFile(join(folder, path), text);
      }
      const { lines } = await violations(folder);
      for (const expected of [
        'api-keeps-to-itself: api/server.ts -> infrastructure/container.ts',
        'application-knows-domain-alone: application/send.ts -> infrastructure/store.ts',
        'cli-keeps-to-itself: cli/tools.ts -> projections/one.ts',
        'container-is-for-entry-points: api/server.ts -> infrastructure/container.ts',
        'domain-is-pure: domain/clock.ts -> fs',
        'domain-is-pure: domain/group.ts -> application/send.ts',
        'infrastructure-keeps-to-itself: infrastructure/store.ts -> api/server.ts',
        'no-cycles: domain/circle.ts -> domain/group.ts',
        'projections-keeps-to-itself: projections/one.ts -> infrastructure/store.ts',
      ]) {
        expect(lines).to.include(expected);
      }
      expect(lines.some((line) => line.startsWith('everything-is-there: domain/lost.ts'))).to.equal(true);
      expect(
        lines.some((line) => line.includes(': main.ts ->') || line.includes(': infrastructure/container.ts -> api')),
      ).to.equal(false);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
