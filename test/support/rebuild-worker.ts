import { projections } from '../../projections/index.js';
import { openEngine } from './engine-worker.js';

/** A process that rebuilds one projection, to be killed meanwhile: `rebuild-worker <url> <name>` writes a line per batch. */
const [url = '', name = ''] = process.argv.slice(2);
const { engine, store, pool } = await openEngine(url, projections);
await engine.rebuild(name, {
  onProgress: ({ phase, done }) => {
    process.stdout.write(`${phase} ${String(done)}\n`);
  },
});
await store.close();
await pool.end();
