import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type EsdbCluster, startEsdbCluster } from './esdb-double/index.js';

type Order =
  | { readonly kind: 'cutBeforeWrite' | 'cutAfterWrite' | 'cutConnections' | 'goDown' | 'comeUp' }
  | { readonly kind: 'moveLeader'; readonly to: number | undefined }
  | { readonly kind: 'setLag'; readonly ms: number };

/** Three doubles that are one cluster, in a process of their own, so that a signal can stop them all. */
export class FaultCluster {
  #orders = 0;
  readonly #waiting = new Map<number, () => void>();

  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {
    child.on('message', ({ id }: { id: number }) => {
      this.#waiting.get(id)?.();
      this.#waiting.delete(id);
    });
  }

  static async start(): Promise<FaultCluster> {
    const child = fork(fileURLToPath(import.meta.url), ['serve'], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const [first] = (await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(() => Promise.reject(new Error('the cluster ended at its start'))),
    ])) as [{ url: string }];
    return new FaultCluster(child, first.url);
  }

  /** Resolves when it has happened: of a cut append, when one has been cut. */
  order(order: Order): Promise<void> {
    const id = (this.#orders += 1);
    return new Promise((done) => {
      this.#waiting.set(id, done);
      this.child.send({ id, order });
    });
  }

  /** Nothing is answered any more and nothing is closed, as on a machine that swaps or a disk that hangs. */
  freeze(): void {
    this.child.kill('SIGSTOP');
  }

  thaw(): void {
    this.child.kill('SIGCONT');
  }

  async end(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
  }
}

function carryOut(cluster: EsdbCluster, order: Order): Promise<unknown> {
  const leader = cluster.nodes[cluster.leader() ?? 0]!;
  switch (order.kind) {
    case 'cutBeforeWrite':
      return leader.faults.cutBeforeWrite();
    case 'cutAfterWrite':
      return leader.faults.cutAfterWrite();
    case 'cutConnections':
      return Promise.all(
        cluster.nodes.map(({ faults }) => {
          faults.cutConnections();
        }),
      );
    case 'goDown':
      return Promise.all(cluster.nodes.map(({ faults }) => faults.goDown()));
    case 'comeUp':
      return Promise.all(cluster.nodes.map(({ faults }) => faults.comeUp()));
    case 'moveLeader':
      cluster.moveLeader(order.to);
      return Promise.resolve();
    case 'setLag':
      cluster.setLag(order.ms);
      return Promise.resolve();
  }
}

async function serve(): Promise<void> {
  const cluster = await startEsdbCluster();
  process.on('message', ({ id, order }: { id: number; order: Order }) => {
    void carryOut(cluster, order).then(() => process.send?.({ id }));
  });
  process.on('disconnect', () => process.exit());
  process.send?.({ url: cluster.url });
}

if (process.argv[1] === fileURLToPath(import.meta.url) && process.argv[2] === 'serve') await serve();
