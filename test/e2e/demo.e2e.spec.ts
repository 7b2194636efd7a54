import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Account } from '../../cli/demo/client.js';
import { DemoFailed } from '../../cli/demo/client.js';
import type { AllApis } from '../../cli/demo/fair.js';
import { tellTheDay } from '../../cli/demo/story.js';
import { ENGINES, USUAL_ENGINE } from '../support/engines.js';
import { PROGRAM } from '../support/parley-process.js';
import { type RunningParley, runParley } from '../support/running-parley.js';
import { APP_SECRET, SDKAPPID, tencentApps } from '../support/tencent-client.js';
import { ADMIN_SECRET } from '../support/v1-client.js';

for (const engine of ENGINES)
  describe(`the demo, on ${engine}`, () => {
    let parley: RunningParley;
    before(async () => {
      parley = await runParley(
        ({ otherTenant }) => ({
          PARLEY_APP_ADMINS: 'demo-auditor',
          OPENIM_SECRET: 'a secret of the app, of some length',
          OPENIM_GRPC_PORT: '0',
          TENCENT_APPS: tencentApps(otherTenant),
          DTALK_MOCK_SIGNATURES: 'true',
        }),
        engine,
      );
    });
    after(() => parley.stop());

    /** What the event store has no part in. */
    const onOne = (title: string, test: () => Promise<void>): void => {
      if (engine === USUAL_ENGINE) it(title, test);
    };

    async function told(
      run: string,
      auditor: Account = { userId: 'demo-auditor', password: 'of the demo', adminSecret: ADMIN_SECRET },
      apis?: AllApis,
    ): Promise<string[]> {
      const lines: string[] = [];
      const print = (line: string): number => lines.push(line);
      await tellTheDay({ url: parley.url, run, auditor, print, ...(apis && { apis }) });
      return lines;
    }

    it('given a running server, when it is told twice, then each time the day ends with the history in sentences', async () => {
      const tencent = { sdkappid: SDKAPPID, secret: APP_SECRET, identifier: 'demo-auditor' };
      for (const run of ['one', 'two']) {
        const lines = await told(run, undefined, run === 'one' ? undefined : { grpc: parley.grpc ?? '', tencent });
        const from = lines.indexOf(`What the log says of book-club-${run}`) + 2;
        const end = lines.indexOf('', from);
        const history = lines.slice(from, end < 0 ? undefined : end);
        expect(history[0]).to.match(new RegExp(`^ {3}0 {2}\\S+ {2}ada-${run} created "Book club"`));
        expect(history.at(-1)).to.contain('demo-auditor');
        expect(history.length).to.be.at.least(15);
        for (const told of [
          'GroupDismissed: The group was dismissed',
          'OwnerMayNotLeave',
          'MemberMuted',
          'BlockedByPeer',
          'Sorry! Monday it is',
        ])
          expect(lines.join('\n')).to.contain(told);
        if (run === 'one') continue;
        // One group by all APIs, which its history names.
        for (const told of ['10017 muted in the group', '-10012 ', '-10002 ', '"IsPlaceMsg":1'])
          expect(lines.join('\n')).to.contain(told);
        const ofFair = lines.slice(end + 3).map((line) => line.trim().split(' ')[0]);
        expect([...new Set(ofFair)]).to.have.members(['tencent', 'openim-v2', 'openim', 'sealtalk']);
      }
    });

    onOne(
      'given an auditor who is no app admin, or is somebody else’s, then it says how to see the history',
      async () => {
        for (const [run, auditor] of [
          ['three', { userId: 'just-anybody', password: 'of the demo' }],
          ['four', { userId: 'demo-auditor', password: 'not his password' }],
        ] as const) {
          const end = (await told(run, auditor)).slice(-3).join('\n');
          expect(end).to.contain(`PARLEY_APP_ADMINS=${auditor.userId} npm start`);
          expect(end).to.contain(`audit history group book-club-${run}`);
        }
      },
    );

    onOne('given words that are no address it gives 2, and ends quietly when nobody reads any more', async () => {
      const script = join(PROGRAM, 'demo.js');
      const wrong = spawnSync(process.execPath, [script, 'nonsense'], { encoding: 'utf8' });
      expect([wrong.status, wrong.stdout]).to.deep.equal([2, '']);
      expect(wrong.stderr).to.match(/^npm run demo .*\n$/);
      const child = spawn(process.execPath, [script, parley.url], {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, PARLEY_DEMO_PASSWORD: 'of the demo' },
      });
      let stderr = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
      child.stdout.destroy();
      await once(child, 'close');
      expect([child.exitCode, stderr]).to.deep.equal([141, '']);
    });

    // A start with a PostgreSQL of its own takes its time: `npm run test:soak` does it.
    if (engine === 'PostgreSQL' && process.env['PARLEY_DEMO_SERVERS'] !== undefined)
      it('given no address, then it starts a server of its own, and nothing of that stays', () => {
        const folder = mkdtempSync(join(tmpdir(), 'parley-demos-'));
        const env = { ...process.env, TMPDIR: folder, PORT: '1', DATABASE_URL: 'postgres://nowhere.invalid/x' };
        const { status, stdout, stderr } = spawnSync(process.execPath, [join(PROGRAM, 'demo.js')], {
          env,
          encoding: 'utf8',
        });
        expect([status, stderr]).to.deep.equal([0, '']);
        expect(stdout).to.contain('openim-v2  __cms_admin__ dismissed the group');
        expect(readdirSync(folder)).to.deep.equal([]);
        rmSync(folder, { recursive: true });
      });

    onOne('given nobody at the address, then it says so', async () => {
      let failure: unknown;
      try {
        const auditor = { userId: 'demo-auditor', password: 'of the demo' };
        await tellTheDay({ url: 'http://127.0.0.1:9', run: 'five', auditor, print: () => undefined });
      } catch (error) {
        failure = error;
      }
      expect(failure).to.be.instanceOf(DemoFailed);
      expect(String(failure)).to.contain('No server answers at http://127.0.0.1:9');
    });
  });
