import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { DemoFailed } from './client.js';
import type { AllApis } from './fair.js';

/** A server that a run of the demo has to itself, with every API that there is. */
export interface OwnServer {
  readonly url: string;
  readonly adminSecret: string;
  readonly apis: AllApis;
  /** Nothing of it stays. */
  stop(): Promise<void>;
}

const PROGRAM = fileURLToPath(new URL('../../program/main.js', import.meta.url));

/** Of whoever runs the demo, what a program needs to run: no setting of a server that he has besides. */
const KEPT = ['PATH', 'HOME', 'TMPDIR', 'TEMP', 'TMP', 'LANG', 'LC_ALL', 'NODE_OPTIONS', 'SystemRoot'];

const secret = (): string => randomBytes(32).toString('hex');

/**
 * On free ports of this machine, with its data in a folder of its own.
 * @throws DemoFailed with what it said, where it doesn't start
 */
export async function startOwnServer(appAdmin: string): Promise<OwnServer> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-demo-'));
  const adminSecret = secret();
  const tencent = { sdkappid: 1_400_000_000, secret: secret(), identifier: appAdmin };
  const env = {
    ...Object.fromEntries(KEPT.map((name) => [name, process.env[name]])),
    DATA_DIR: folder,
    PORT: '0',
    PARLEY_APP_ADMINS: appAdmin,
    PARLEY_ADMIN_SECRET: adminSecret,
    OPENIM_SECRET: secret(),
    OPENIM_GRPC_PORT: '0',
    TENCENT_APPS: `${tencent.sdkappid.toString()}::${tencent.secret}`,
    DTALK_MOCK_SIGNATURES: 'true',
  };
  const child = spawn(process.execPath, ['--enable-source-maps', PROGRAM], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    }
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const { url, grpc } = await addressesOf(child);
    return { url, adminSecret, apis: { grpc, tencent }, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** As it prints them once it is ready. */
async function addressesOf(child: ChildProcess): Promise<{ url: string; grpc: string }> {
  if (child.stdout === null || child.stderr === null) throw new Error('its output is not to be had');
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
  let grpc = '';
  const lines = createInterface({ input: child.stdout });
  for await (const line of lines) {
    grpc = /OpenIM v2 backends are served at (?:\w+:\/\/)?(\S+)/.exec(line)?.[1] ?? grpc;
    const url = /Parley is ready at (\S+)/.exec(line)?.[1];
    // What it says from now on nobody needs, but it must be able to say it.
    if (url !== undefined) {
      child.stdout.resume();
      return { url, grpc };
    }
  }
  throw new DemoFailed(`The server of the demo did not start.\n${complaint}`.trim());
}
