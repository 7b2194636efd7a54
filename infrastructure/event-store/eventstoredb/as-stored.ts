import type { TransformCallback } from 'node:stream';
import type { ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import type { Source } from './receive.js';
import type { RawEvent } from './stored-event.js';
import { textOfUuid } from './uuid-text.js';

/**
 * The client's read with events as they are stored: the bytes' own text, where the client would parse the JSON of each and
 * we would write it anew, which takes as long as all the rest. A stream that isn't there gives no events: the client makes
 * an error of that and throws the call away in its middle, and a server that is reset a thousand times drops the connection.
 * Whatever else comes over the call stays the client's.
 */
export function asStored(source: Source): Source {
  const transform = source as unknown as {
    _transform(response: ReadResp, encoding: BufferEncoding, next: TransformCallback): void;
  };
  const others = transform._transform.bind(source);
  transform._transform = (response, encoding, next) => {
    if (response.hasStreamNotFound()) {
      next();
      return;
    }
    if (!response.hasEvent()) {
      others(response, encoding, next);
      return;
    }
    const recorded = response.getEvent()?.getEvent();
    next(null, { event: recorded && rawEvent(recorded) });
  };
  return source;
}

type Recorded = ReadResp.ReadEvent.RecordedEvent;

function rawEvent(recorded: Recorded): RawEvent {
  const commit = BigInt(recorded.getCommitPosition());
  const prepare = BigInt(recorded.getPreparePosition());
  const metadata = recorded.getCustomMetadata_asU8();
  return {
    id: textOfUuid(recorded.getId()),
    streamId: text(recorded.getStreamIdentifier()?.getStreamName_asU8() ?? NOTHING),
    revision: BigInt(recorded.getStreamRevision()),
    type: recorded.getMetadataMap().get('type') ?? '',
    data: text(recorded.getData_asU8()),
    metadata: metadata.length === 0 ? undefined : text(metadata),
    position: { commit, prepare },
  };
}

const NOTHING = new Uint8Array(0);

const text = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
