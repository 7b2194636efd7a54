import type { sharedPb, streamsPb } from './generated.js';
import type { ProposedEvent } from './log.js';
import type { Expected } from './rules.js';

/** What cannot be taken as a request; the server answers with the message. */
export class InvalidRequest extends Error {}

const UUID_TEXT = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** @throws InvalidRequest */
export function readUuid(uuid: sharedPb.UUID | undefined): string {
  const structured = uuid?.getStructured();
  if (structured) {
    const half = (bits: string): string => BigInt.asUintN(64, BigInt(bits)).toString(16).padStart(16, '0');
    const hex = half(structured.getMostSignificantBits()) + half(structured.getLeastSignificantBits());
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  }
  const text = uuid?.getString().toLowerCase() ?? '';
  if (!UUID_TEXT.test(text)) throw new InvalidRequest(`Received an invalid UUID '${text}'.`);
  return text;
}

export function readStreamName(identifier: sharedPb.StreamIdentifier | undefined): string {
  return Buffer.from(identifier?.getStreamName_asU8() ?? []).toString('utf8');
}

/** The `oneof` that appends and deletes share; a batch append calls the revision a position. */
interface ExpectedOption {
  hasAny(): boolean;
  hasNoStream(): boolean;
  hasStreamExists(): boolean;
}

export function readExpected(option: ExpectedOption, revision: string): Expected {
  if (option.hasAny()) return 'any';
  if (option.hasNoStream()) return 'no_stream';
  return option.hasStreamExists() ? 'stream_exists' : Number(revision);
}

type Proposed = streamsPb.AppendReq.ProposedMessage | streamsPb.BatchAppendReq.ProposedMessage;

/** @throws InvalidRequest */
export function readProposed(message: Proposed): ProposedEvent {
  const map = message.getMetadataMap();
  const type = map.get('type');
  const contentType = map.get('content-type');
  if (!type) throw new InvalidRequest("Required metadata property 'type' is missing.");
  if (!contentType) throw new InvalidRequest("Required metadata property 'content-type' is missing.");
  return {
    id: readUuid(message.getId()),
    type,
    contentType,
    metadata: message.getCustomMetadata_asU8(),
    data: message.getData_asU8(),
  };
}

/** What counts towards the limit of an append's size. */
export const sizeOf = (event: ProposedEvent): number =>
  event.data.length + event.metadata.length + 2 * event.type.length;
