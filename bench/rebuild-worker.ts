import { keepHeapTight } from '../infrastructure/tight-heap.js';
import { ProjectionEngine, projections } from '../projections/index.js';
import { openLog } from './log.js';
import { silentLog } from './payload.js';

/** A process that rebuilds one projection as the `parley` command does, and tells what it took: `rebuild-worker <url> <name>`. */
keepHeapTight();
const [url = '', name = ''] = process.argv.slice(2);
const masterKey = Buffer.from(process.env['PARLEY_MASTER_KEY'] ?? '', 'base64');
const { pool, store, serializer, close } = await openLog(url, masterKey);
const engine = new ProjectionEngine({ store, serializer, pool, lockUrl: url, projections, log: silentLog });
const { milliseconds, events } = await engine.rebuild(name);
process.stdout.write(`${JSON.stringify({ milliseconds, events, peakMiB: process.resourceUsage().maxRSS / 1024 })}\n`);
await close();
