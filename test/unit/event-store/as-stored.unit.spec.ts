import shared from '@eventstore/db-client/generated/shared_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import { expect } from 'chai';
import { Transform, type TransformCallback } from 'node:stream';

import { asStored } from '../../../infrastructure/event-store/eventstoredb/as-stored.js';

describe('the client’s read, with events as they are stored', () => {
  it('given a stream that is not there, then it ends without events: the client is not let break the call off', async () => {
    const passedOn: unknown[] = [];
    const client = new Transform({
      objectMode: true,
      transform(response: unknown, _encoding, next: TransformCallback) {
        passedOn.push(response);
        next();
      },
    });
    const notFound = new streams.ReadResp.StreamNotFound().setStreamIdentifier(new shared.StreamIdentifier());
    const source = asStored(client);
    client.end(new streams.ReadResp().setStreamNotFound(notFound));
    const given: unknown[] = [];
    for await (const item of source) given.push(item);
    expect(given).to.deep.equal([]);
    expect(passedOn).to.deep.equal([]);
  });
});
