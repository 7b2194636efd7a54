/**
 * Starts an EventStoreDB double by hand: `node dist/test/support/esdb-double/main.js [port]`. Prints its url, ends on SIGINT
 * or SIGTERM. Started with a channel to its parent, it takes orders for its faults (remote.ts).
 */
import { startEsdbDouble } from './index.js';
import { obey } from './remote.js';

const port = Number(process.argv[2] ?? 0);
if (!Number.isInteger(port) || port < 0 || port > 65_535) {
  process.stderr.write('usage: main.js [port]\n');
  process.exit(2);
}
const double = await startEsdbDouble({ port });
obey(double);
process.stdout.write(`${double.url}\n`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void double.stop().then(() => process.exit(0));
  });
}
