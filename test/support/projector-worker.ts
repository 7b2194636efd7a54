import { projections } from '../../projections/index.js';
import { openEngine } from './engine-worker.js';

/**
 * A process that projects, to be stopped meanwhile: `projector-worker <url>`. Says again and again how many projections it
 * feeds, and ends with the channel to its parent.
 */
const [url = ''] = process.argv.slice(2);
const { engine } = await openEngine(url, projections);
await engine.start();
process.on('disconnect', () => process.exit());
setInterval(() => {
  void engine
    .status({ graceMs: 0 })
    .then((status) => process.send?.(status.filter(({ fedHere }) => fedHere).length))
    // The database is away: it says so when it is back.
    .catch(() => undefined);
}, 50);
