import { expect } from 'chai';
import * as fc from 'fast-check';

import { streamsPb } from '../support/esdb-double/generated.js';
import { encodeBatchSuccess, encodeEvent, encodeResolved, streamIdentifierField } from '../support/esdb-double/wire.js';

const position = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
const revision = fc.oneof(fc.nat(), position, fc.constant(9223372036854775807n));
const bytes = fc.uint8Array({ maxLength: 300 });
const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 200 });

const event = fc.record({
  id: fc.uuid(),
  stream: text,
  revision,
  position,
  type: text,
  contentType: fc.constantFrom('application/json', 'application/octet-stream'),
  created: fc.nat({ max: 4e12 }),
  metadata: bytes,
  data: bytes,
});

describe('the EventStoreDB double: messages encoded by hand', () => {
  it('reads as the generated classes read it: an event', () => {
    fc.assert(
      fc.property(event, ({ stream, ...fields }) => {
        const encoded = encodeEvent({ ...fields, streamField: streamIdentifierField(stream) });
        const read = streamsPb.ReadResp.deserializeBinary(encoded.response).getEvent();
        const recorded = read?.getEvent();
        expect(read?.getCommitPosition()).to.equal(`${fields.position}`);
        expect(recorded?.getId()?.getString()).to.equal(fields.id);
        expect(Buffer.from(recorded?.getStreamIdentifier()?.getStreamName_asU8() ?? []).toString()).to.equal(stream);
        expect(recorded?.getStreamRevision()).to.equal(`${fields.revision}`);
        expect(recorded?.getPreparePosition()).to.equal(`${fields.position}`);
        expect(recorded?.getCommitPosition()).to.equal(`${fields.position}`);
        expect(recorded?.getMetadataMap().get('type')).to.equal(fields.type);
        expect(recorded?.getMetadataMap().get('content-type')).to.equal(fields.contentType);
        expect(recorded?.getMetadataMap().get('created')).to.equal(`${BigInt(fields.created) * 10_000n}`);
        expect(Buffer.from(recorded?.getCustomMetadata_asU8() ?? [])).to.deep.equal(Buffer.from(fields.metadata));
        expect(Buffer.from(recorded?.getData_asU8() ?? [])).to.deep.equal(Buffer.from(fields.data));
        expect(encoded.data).to.deep.equal(Buffer.from(fields.data));
        expect(Buffer.from(recorded?.serializeBinary() ?? []).length).to.equal(
          encoded.recorded.length - (fields.revision === 0 ? 2 : 0),
        );
      }),
    );
  });

  it('reads as the generated classes read it: a link with what it points to, or without', () => {
    fc.assert(
      fc.property(event, event, fc.boolean(), (target, link, gone) => {
        const encode = ({ stream, ...fields }: typeof link) =>
          encodeEvent({ ...fields, streamField: streamIdentifierField(stream) }).recorded;
        const response = encodeResolved(gone ? undefined : encode(target), encode(link), link.position);
        const read = streamsPb.ReadResp.deserializeBinary(response).getEvent();
        expect(read?.getEvent()?.getId()?.getString()).to.equal(gone ? undefined : target.id);
        expect(read?.getLink()?.getId()?.getString()).to.equal(link.id);
        expect(read?.getCommitPosition()).to.equal(`${link.position}`);
      }),
    );
  });

  it('reads as the generated classes read it: the success of a batch append', () => {
    const last = fc.integer({ min: -1, max: Number.MAX_SAFE_INTEGER });
    fc.assert(
      fc.property(fc.uuid(), text, last, position, (correlation, stream, current, at) => {
        const encoded = encodeBatchSuccess(correlation, streamIdentifierField(stream), current, at);
        const read = streamsPb.BatchAppendResp.deserializeBinary(encoded);
        const success = read.getSuccess();
        expect(read.getCorrelationId()?.getString()).to.equal(correlation);
        expect(Buffer.from(read.getStreamIdentifier()?.getStreamName_asU8() ?? []).toString()).to.equal(stream);
        expect(success?.hasNoStream()).to.equal(current < 0);
        expect(success?.getCurrentRevision()).to.equal(`${Math.max(0, current)}`);
        expect(success?.getPosition()?.getCommitPosition()).to.equal(`${at}`);
        expect(success?.getPosition()?.getPreparePosition()).to.equal(`${at}`);
      }),
    );
  });
});
