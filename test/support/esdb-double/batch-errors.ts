/** What a batch append answers when it did not write: `google.rpc.Status` with the reason packed into its details. */
import anyPb from 'google-protobuf/google/protobuf/any_pb.js';
import emptyPb from 'google-protobuf/google/protobuf/empty_pb.js';

import { MAX_APPEND_SIZE } from './errors.js';
import { codePb, sharedPb, statusPb, streamsPb } from './generated.js';
import type { Expected } from './rules.js';

type Correlation = sharedPb.UUID | undefined;

const { Any } = anyPb;
const { Empty: GoogleEmpty } = emptyPb;

function answer(
  correlation: Correlation,
  stream: string,
  code: codePb.Code,
  message: string,
  reason: { serializeBinary(): Uint8Array },
  type = `event_store.client.${message}`,
): Buffer {
  const details = new Any();
  details.pack(reason.serializeBinary(), type);
  const status = new statusPb.Status().setCode(code).setMessage(message).setDetails(details);
  const response = new streamsPb.BatchAppendResp().setError(status).setStreamIdentifier(identifier(stream));
  response.setCorrelationId(correlation);
  return Buffer.from(response.serializeBinary());
}

function identifier(stream: string): sharedPb.StreamIdentifier {
  return new sharedPb.StreamIdentifier().setStreamName(Uint8Array.from(Buffer.from(stream, 'utf8')));
}

export function conflictAnswer(correlation: Correlation, stream: string, expected: Expected, current: number): Buffer {
  const reason = new sharedPb.WrongExpectedVersion();
  if (current < 0) reason.setCurrentNoStream(new GoogleEmpty());
  else reason.setCurrentStreamRevision(`${current}`);
  if (expected === 'any') reason.setExpectedAny(new GoogleEmpty());
  else if (expected === 'no_stream') reason.setExpectedNoStream(new GoogleEmpty());
  else if (expected === 'stream_exists') reason.setExpectedStreamExists(new GoogleEmpty());
  else reason.setExpectedStreamPosition(`${expected}`);
  return answer(correlation, stream, codePb.Code.ALREADY_EXISTS, 'WrongExpectedVersion', reason);
}

export function deletedAnswer(correlation: Correlation, stream: string): Buffer {
  const reason = new sharedPb.StreamDeleted().setStreamIdentifier(identifier(stream));
  return answer(correlation, stream, codePb.Code.NOT_FOUND, 'StreamDeleted', reason);
}

export function sizeAnswer(correlation: Correlation, stream: string): Buffer {
  const reason = new sharedPb.MaximumAppendSizeExceeded().setMaxappendsize(MAX_APPEND_SIZE);
  return answer(correlation, stream, codePb.Code.INVALID_ARGUMENT, 'MaximumAppendSizeExceeded', reason);
}

export function deniedAnswer(correlation: Correlation, stream: string): Buffer {
  return answer(correlation, stream, codePb.Code.PERMISSION_DENIED, 'AccessDenied', new sharedPb.AccessDenied());
}

/** Success, but not where. */
export function unplacedAnswer(correlation: Correlation, stream: string, revision: number): Buffer {
  const success = new streamsPb.BatchAppendResp.Success().setCurrentRevision(`${revision}`);
  success.setNoPosition(new GoogleEmpty());
  const response = new streamsPb.BatchAppendResp().setSuccess(success).setStreamIdentifier(identifier(stream));
  response.setCorrelationId(correlation);
  return Buffer.from(response.serializeBinary());
}

export function timeoutAnswer(correlation: Correlation, stream: string): Buffer {
  return answer(correlation, stream, codePb.Code.DEADLINE_EXCEEDED, 'Timeout', new sharedPb.Timeout());
}

/** What an append of a call that is open already gets from a server that cannot take it now: no code, and empty details. */
export function notHandledAnswer(correlation: Correlation, stream: string, why: string): Buffer {
  return answer(correlation, stream, codePb.Code.OK, why, new GoogleEmpty(), 'google.protobuf.Empty');
}

export function badRequestAnswer(correlation: Correlation, stream: string, message: string): Buffer {
  const reason = new sharedPb.BadRequest().setMessage(message);
  return answer(correlation, stream, codePb.Code.INVALID_ARGUMENT, 'BadRequest', reason);
}

/** @param text 36 characters */
export function structuredUuid(text: string): sharedPb.UUID {
  const hex = text.replaceAll('-', '');
  const half = (from: number): string => `${BigInt.asIntN(64, BigInt(`0x${hex.slice(from, from + 16)}`))}`;
  const bits = new sharedPb.UUID.Structured();
  bits.setMostSignificantBits(half(0));
  bits.setLeastSignificantBits(half(16));
  return new sharedPb.UUID().setStructured(bits);
}
