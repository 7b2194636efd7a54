import { groupMembersProjection as members } from '../../projections/group-members.projection.js';
import { openEngine } from './engine-worker.js';

/**
 * A process that works on members until it is killed: `killed-worker <url> feed|rebuild|switch`. Writes a line when it has
 * begun.
 */
const [url = '', work = ''] = process.argv.slice(2);
const { engine } = await openEngine(url, [members]);
process.on('disconnect', () => process.exit());
if (work === 'feed') await engine.start();
else await engine.rebuild(members.name);
process.stdout.write('begun\n');
while (work !== 'feed') await (work === 'rebuild' ? engine.rebuild(members.name) : engine.rollback(members.name));
