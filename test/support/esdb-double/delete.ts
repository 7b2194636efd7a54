import type { handleUnaryCall } from '@grpc/grpc-js';

import { badRequest, streamDeleted, wrongExpectedVersion } from './errors.js';
import { streamsPb } from './generated.js';
import type { EventLog } from './log.js';
import { readExpected, readStreamName } from './requests.js';

/** `Streams.Delete`, after which the stream can begin anew. */
export function handleDelete(log: EventLog): handleUnaryCall<streamsPb.DeleteReq, streamsPb.DeleteResp> {
  return (call, callback) => {
    const options = call.request.getOptions();
    const stream = readStreamName(options?.getStreamIdentifier());
    if (!options || stream === '') {
      callback(badRequest('Required field StreamIdentifier not set.'));
      return;
    }
    const expected = readExpected(options, options.getRevision());
    const done = log.delete(stream, expected);
    if (done.kind === 'deleted') callback(streamDeleted(stream));
    else if (done.kind === 'wrong') callback(wrongExpectedVersion(stream, expected, done.current));
    else {
      const position = new streamsPb.DeleteResp.Position();
      position.setCommitPosition(`${done.position}`);
      position.setPreparePosition(`${done.position}`);
      callback(null, new streamsPb.DeleteResp().setPosition(position));
    }
  };
}

/** `Streams.Tombstone`, after which the stream is gone for good. */
export function handleTombstone(log: EventLog): handleUnaryCall<streamsPb.TombstoneReq, streamsPb.TombstoneResp> {
  return (call, callback) => {
    const options = call.request.getOptions();
    const stream = readStreamName(options?.getStreamIdentifier());
    if (!options || stream === '') {
      callback(badRequest('Required field StreamIdentifier not set.'));
      return;
    }
    const expected = readExpected(options, options.getRevision());
    const done = log.tombstone(stream, expected);
    if (done.kind === 'deleted') callback(streamDeleted(stream));
    else if (done.kind === 'wrong') callback(wrongExpectedVersion(stream, expected, done.current));
    else {
      const position = new streamsPb.TombstoneResp.Position();
      position.setCommitPosition(`${done.position}`);
      position.setPreparePosition(`${done.position}`);
      callback(null, new streamsPb.TombstoneResp().setPosition(position));
    }
  };
}
