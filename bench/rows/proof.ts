import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Readable } from 'node:stream';
import type { StreamTail } from '../../application/ports/envelope.js';
import { NO_STREAM } from '../../application/ports/event-store.js';
import { signerOf } from '../../infrastructure/config/seal-key.js';
import { PostgresSeals } from '../../infrastructure/seals/postgres-seals.js';
import { Sealer, sealNow, type SealingOptions } from '../../infrastructure/seals/sealer.js';
import type { JsonEventSerializer } from '../../infrastructure/serialization/json-event-serializer.js';
import { inFlight, type Row } from '../harness.js';
import { newLog } from '../log.js';
import { silentLog } from '../payload.js';
import { memberId, Seed, TENANT } from '../seed.js';

const CHILD = fileURLToPath(new URL('../proof-child.js', import.meta.url));
const VERIFIER = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'tools', 'parley-verify.mjs');

/** Events a second that each way to prove a log has to come to. */
const RATE = 50_000;
/** What a log ten times as long may take more, MiB. */
const SPARE_MIB = 64;
const LANES = 32;
const { signal } = new AbortController();

interface ProofLog {
  readonly url: string;
  readonly events: number;
  readonly sealing: SealingOptions;
  readonly serializer: JsonEventSerializer;
}

/**
 * What the proof costs: the append rate beside the sealer, and how quickly a log is verified, exported, and verified offline, each in a
 * process of its own, with the memory that it takes.
 * @param urls of two empty databases
 */
export async function proofRows(
  urls: readonly [long: string, short: string],
  closers: (() => Promise<unknown>)[],
  events: number,
): Promise<Row[]> {
  const folders = await mkdtemp(join(tmpdir(), 'parley-bench-exports-'));
  closers.push(() => rm(folders, { recursive: true, force: true }));
  const long = await sealedLog(urls[0], closers, events);
  const short = await sealedLog(urls[1], closers, events / 10);
  const exported = new Map<ProofLog, string>();
  for (const log of [long, short]) {
    const folder = join(folders, log.events.toString());
    await inChild('export', log.url, folder);
    exported.set(log, folder);
  }
  const ways: readonly (readonly [name: string, run: (log: ProofLog) => Promise<Taken>])[] = [
    ['verify', (log) => inChild('verify', log.url)],
    [
      'export',
      async (log) => {
        const folder = join(folders, randomUUID());
        const taken = await inChild('export', log.url, folder);
        await rm(folder, { recursive: true });
        return taken;
      },
    ],
    ['stand-alone verifier', (log) => inChild('alone', VERIFIER, exported.get(log) ?? '')],
  ];
  const plan = { rounds: 3, warmMs: 1 };
  return [
    ...ways.flatMap(([name, run]): Row[] => [
      {
        name: `Audit: ${name}, events a second`,
        unit: 'ops/s',
        plan,
        sides: [
          {
            name: `Parley, of ${long.events.toString()}`,
            run: async () => (long.events * 1_000) / (await run(long)).ms,
          },
          { name: 'what it has to do', run: () => Promise.resolve(RATE) },
        ],
        bars: [{ peer: 'what it has to do', bar: 1 }],
      },
      {
        name: `Audit: ${name}, highest resident memory`,
        unit: 'MiB',
        plan,
        sides: [
          { name: `of ${long.events.toString()}`, run: async () => (await run(long)).mib },
          { name: `of a tenth, and ${SPARE_MIB.toString()} MiB`, run: async () => (await run(short)).mib + SPARE_MIB },
        ],
        bars: [{ peer: `of a tenth, and ${SPARE_MIB.toString()} MiB`, bar: 1 }],
      },
    ]),
    sealRow(long),
  ];
}

async function sealedLog(url: string, closers: (() => Promise<unknown>)[], events: number): Promise<ProofLog> {
  const { pool, store, serializer, close } = await newLog(url);
  closers.push(close);
  await new Seed(store, serializer).conversations(
    Array.from({ length: events / 200 }, (_, n) => ({
      about: { kind: 'group', groupId: `g${n.toString()}`, incarnation: 1 },
      senders: [memberId(n), memberId(n + 1)],
      messages: 199,
    })),
  );
  const sealing = {
    store,
    seals: new PostgresSeals(pool),
    signer: signerOf(Buffer.alloc(32, 9), undefined),
    log: silentLog,
  };
  await sealNow(sealing, signal);
  return { url, events, sealing, serializer };
}

/** Appends by 32 at once, while the sealer looks every second and signs as it does by default, or isn't there. */
function sealRow({ sealing, serializer }: ProofLog): Row {
  const appended = (ms: number): Promise<number> => {
    const run = randomUUID().slice(0, 8);
    const tails = Array.from({ length: LANES }, (): StreamTail => ({ revision: NO_STREAM, hash: '' }));
    return inFlight(LANES, ms, async (lane) => {
      const stream = `parley_group-${TENANT}.${run}_${lane.toString()}`;
      const sealed = await serializer.seal(stream, tails[lane] ?? { revision: NO_STREAM, hash: '' }, [muted()]);
      await sealing.store.append([sealed]);
      tails[lane] = { revision: sealed.expectedRevision + 1, hash: sealed.lastHash };
    });
  };
  return {
    name: 'Audit: seal, what it costs appends (32 in flight)',
    unit: 'ops/s',
    plan: { rounds: 9, ms: 6_000 },
    sides: [
      {
        name: 'with the sealer',
        run: async (ms) => {
          await sealNow(sealing, signal);
          const sealer = new Sealer({
            ...sealing,
            everyMs: 60_000,
            takePart: ({ keys, onChange }) => {
              void onChange({ held: new Set(keys), confirm: () => Promise.resolve() });
              return { stop: () => onChange({ held: new Set(), confirm: () => Promise.resolve() }) };
            },
          });
          sealer.start();
          try {
            return await appended(ms);
          } finally {
            await sealer.stop();
          }
        },
      },
      { name: 'without', run: appended },
    ],
    bars: [{ peer: 'without', bar: 0.97 }],
  };
}

const muted = (): Parameters<JsonEventSerializer['seal']>[2][number] => ({
  tenant: TENANT,
  actor: { kind: 'user', id: 'ann' },
  via: 'v1:PUT /groups/{groupId}/members/{userId}/mute',
  correlationId: randomUUID(),
  causationId: randomUUID(),
  occurredAt: Date.now(),
  event: { type: 'MemberMuted', data: { groupId: 'g', userId: 'bob', until: null, by: 'ann' } },
});

interface Taken {
  readonly ms: number;
  /** Highest resident memory. */
  readonly mib: number;
}

async function inChild(...words: readonly string[]): Promise<Taken> {
  const child = spawn(process.execPath, [CHILD, ...words], { stdio: ['ignore', 'ignore', 'inherit', 'pipe'] });
  const [said, [code]] = await Promise.all([text(child.stdio[3] as Readable), once(child, 'exit')]);
  if (code !== 0) throw new Error(`${words.join(' ')} ended with ${String(code)}`);
  return JSON.parse(said) as Taken;
}
