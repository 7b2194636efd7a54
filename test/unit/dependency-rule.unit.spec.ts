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
      'infrastructure/composition/one.ts': "import '../../api/server.js';",
      'infrastructure/other.ts': "import './composition/one.js';",
      'api/dialects/one/codes.ts': "import '../shared/table.js';\nimport '../two/codes.js';",
      'api/dialects/two/codes.ts': "import '../../v1/views.js';",
      'api/dialects/shared/table.ts': "import '../two/codes.js';",
      'api/dialects/mounts.ts': "import './one/codes.js';",
      'api/v1/views.ts': "import '../dialects/mounts.js';",
      'api/http/routes.ts': "import '../v1/views.js';",
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
        'container-is-for-entry-points: infrastructure/other.ts -> infrastructure/composition/one.ts',
        'dialect-knows-no-other: api/dialects/one/codes.ts -> api/dialects/two/codes.ts',
        'dialect-knows-no-other: api/dialects/shared/table.ts -> api/dialects/two/codes.ts',
        'dialect-knows-no-other: api/dialects/two/codes.ts -> api/v1/views.ts',
        'http-knows-no-api: api/http/routes.ts -> api/v1/views.ts',
        'v1-knows-no-dialect: api/v1/views.ts -> api/dialects/mounts.ts',
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
        lines
          .filter(
            (line) =>
              line.includes(': main.ts ->') ||
              line.includes(': infrastructure/container.ts -> api') ||
              line.includes(': infrastructure/composition/one.ts ->') ||
              line.endsWith(': api/dialects/one/codes.ts -> api/dialects/shared/table.ts') ||
              line.includes(': api/dialects/mounts.ts -> api/dialects/one'),
          )
          .filter((line) => !line.startsWith('no-cycles')),
      ).to.deep.equal([]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
