import type { handleUnaryCall, ServiceError } from '@grpc/grpc-js';

import { type Context, refusal } from './context.js';
import { badRequest, streamDeleted, wrongExpectedVersion } from './errors.js';
import { streamsPb } from './generated.js';
import type { EventLog } from './log.js';
import { readExpected, readStreamName } from './requests.js';

type Options = streamsPb.DeleteReq.Options | streamsPb.TombstoneReq.Options;

/** The position of the event that ends the stream, or why there is none. */
function end(log: EventLog, how: 'delete' | 'tombstone', options: Options | undefined): number | ServiceError {
  const stream = readStreamName(options?.getStreamIdentifier());
  if (!options || stream === '') return badRequest('Required field StreamIdentifier not set.');
  const expected = readExpected(options, options.getRevision());
  const done = log[how](stream, expected);
  if (done.kind === 'deleted') return streamDeleted(stream);
  return done.kind === 'wrong' ? wrongExpectedVersion(stream, expected, done.current) : done.position;
}

/** `Streams.Delete`, after which the stream can begin anew. */
export function handleDelete(context: Context): handleUnaryCall<streamsPb.DeleteReq, streamsPb.DeleteResp> {
  return (call, callback) => {
    const ended = refusal(context, call.metadata) ?? end(context.log, 'delete', call.request.getOptions());
    if (typeof ended !== 'number') {
      callback(ended);
      return;
    }
    const position = new streamsPb.DeleteResp.Position();
    position.setCommitPosition(`${ended}`);
    position.setPreparePosition(`${ended}`);
    callback(null, new streamsPb.DeleteResp().setPosition(position));
  };
}

/** `Streams.Tombstone`, after which the stream is gone for good. */
export function handleTombstone(context: Context): handleUnaryCall<streamsPb.TombstoneReq, streamsPb.TombstoneResp> {
  return (call, callback) => {
    const ended = refusal(context, call.metadata) ?? end(context.log, 'tombstone', call.request.getOptions());
    if (typeof ended !== 'number') {
      callback(ended);
      return;
    }
    const position = new streamsPb.TombstoneResp.Position();
    position.setCommitPosition(`${ended}`);
    position.setPreparePosition(`${ended}`);
    callback(null, new streamsPb.TombstoneResp().setPosition(position));
  };
}
