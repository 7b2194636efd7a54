import { UnavailableError } from '@eventstore/db-client';
import { expect } from 'chai';
import { connect, internalsOf } from '../../../infrastructure/event-store/eventstoredb/connection.js';

describe('a cluster that is away as a whole', () => {
  it('given a channel that finds no node, when a call of the former channel fails, then nobody is left with a rejection', async () => {
    const client = connect('esdb://127.0.0.1:1,127.0.0.1:2?tls=false&maxDiscoverAttempts=2&discoveryInterval=1');
    const internals = internalsOf(client);
    const opened = internals.getChannel().catch((error: unknown) => error);
    const error = Object.assign(Object.create(UnavailableError.prototype) as Error, { type: 'unavailable' });
    const handled = internals.handleError({ getChannel: () => 'the former' }, error).catch((reason: unknown) => reason);
    expect(await opened)
      .to.be.instanceOf(Error)
      .with.property('message')
      .that.matches(/Failed to discover/);
    expect(await handled).to.equal(undefined);
    await client.dispose();
  });
});
