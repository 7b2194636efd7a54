import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import type { EsdbDouble, Faults } from './index.js';

/** The faults by name, as a child process is told; what is at once in the same process is when the child has done it. */
const ORDERS = [
  'cutAfterWrite',
  'cutBeforeWrite',
  'hangThenWrite',
  'neverAnswer',
  'answerLate',
  'answerTwice',
  'cutRead',
  'cutConnections',
  'endSubscriptions',
  'refuse',
  'hang',
  'delayAnswers',
  'wrongCheckpoints',
  'leakSystemEvents',
  'ignoreSubscriptions',
  'heal',
  'goDown',
  'comeUp',
  'goDownFor',
] as const satisfies readonly (keyof Faults)[];

type Order = (typeof ORDERS)[number];

export type RemoteFaults = { readonly [name in Order]: (...args: Parameters<Faults[name]>) => Promise<void> };

interface Message {
  readonly id: number;
  readonly order: Order | 'calls';
  readonly args: readonly unknown[];
}

interface Answer {
  readonly id: number;
  /** `ordered`: a fault of one append or read is armed now; `done`: it has happened. */
  readonly state: 'ordered' | 'done';
  readonly value?: unknown;
}

export interface OpenCallCounts {
  readonly reads: number;
  readonly subscriptions: number;
  readonly appends: number;
}

/** A double in a process of its own, which signals can stop, too. */
export interface RemoteEsdbDouble {
  readonly url: string;
  readonly child: ChildProcess;
  /** An order is carried out in the order given; its promise is that of the order itself (see `Faults`). */
  readonly faults: RemoteFaults;
  /** Kept when every order so far is armed or done. */
  armed(): Promise<void>;
  calls(): Promise<OpenCallCounts>;
  /** Kills it and waits until it is gone. */
  end(): Promise<void>;
}

/** In the child: carries out what the parent orders, if there is a channel to it. */
export function obey(double: EsdbDouble): void {
  if (!process.send) return;
  const answer = (message: Answer): void => {
    if (process.connected) process.send?.(message);
  };
  process.on('message', ({ id, order, args }: Message) => {
    if (order === 'calls') {
      const { reads, subscriptions, appends } = double.calls;
      answer({ id, state: 'done', value: { reads, subscriptions, appends } });
      return;
    }
    const carryOut = double.faults[order] as (...args: unknown[]) => void | Promise<void>;
    const done = Promise.resolve(carryOut.apply(double.faults, [...args]));
    answer({ id, state: 'ordered' });
    void done.then(() => {
      answer({ id, state: 'done' });
    });
  });
}

interface Waiting {
  readonly ordered: () => void;
  readonly done: (value: unknown) => void;
}

export async function spawnEsdbDouble(port = 0): Promise<RemoteEsdbDouble> {
  const main = fileURLToPath(new URL('./main.js', import.meta.url));
  const child = spawn(process.execPath, [main, `${port}`], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  const ended = once(child, 'exit');
  const waiting = new Map<number, Waiting>();
  const unarmed = new Set<Promise<void>>();
  let orders = 0;
  child.on('message', ({ id, state, value }: Answer) => {
    const order = waiting.get(id);
    order?.ordered();
    if (state !== 'done') return;
    waiting.delete(id);
    order?.done(value);
  });
  const tell = (order: Message['order'], args: readonly unknown[]): Promise<unknown> => {
    const id = (orders += 1);
    return new Promise((done) => {
      const armed = new Promise<void>((ordered) => {
        waiting.set(id, { ordered, done });
      });
      unarmed.add(armed);
      void armed.then(() => unarmed.delete(armed));
      child.send({ id, order, args });
    });
  };
  const [line] = (await Promise.race([
    once(child.stdout!, 'data'),
    ended.then(() => {
      throw new Error('the double ended before it listened');
    }),
  ])) as [Buffer];
  const faults = Object.fromEntries(ORDERS.map((order) => [order, (...args: unknown[]) => tell(order, args)]));
  return {
    url: line.toString().trim(),
    child,
    faults: faults as unknown as RemoteFaults,
    armed: async () => {
      await Promise.all([...unarmed]);
    },
    calls: async () => (await tell('calls', [])) as OpenCallCounts,
    end: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
