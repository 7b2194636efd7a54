import { Metadata, type ServiceError, status } from '@grpc/grpc-js';

import type { Endpoint } from './context.js';
import type { Expected } from './rules.js';

/** The most bytes of one append: its events' data and metadata, and two a character of their types. */
export const MAX_APPEND_SIZE = 1_048_576;

/** An error as the server sends it: the client reads its kind from the trailer `exception`. */
function serviceError(code: status, details: string, trailers: Record<string, string> = {}): ServiceError {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(trailers)) metadata.set(name, value);
  return Object.assign(new Error(details), { code, details, metadata });
}

/** A header holds ASCII only. */
const header = (text: string): string => (/^[\x20-\x7e]*$/.test(text) ? text : encodeURIComponent(text));

export const streamDeleted = (stream: string): ServiceError =>
  serviceError(status.FAILED_PRECONDITION, `Event stream '${stream}' is deleted.`, {
    exception: 'stream-deleted',
    'stream-name': header(stream),
  });

export const maxAppendSizeExceeded = (): ServiceError =>
  serviceError(status.INVALID_ARGUMENT, `Maximum Append Size of ${MAX_APPEND_SIZE} Exceeded.`, {
    exception: 'maximum-append-size-exceeded',
    'maximum-append-size': `${MAX_APPEND_SIZE}`,
  });

const EXPECTED_NUMBERS = { any: -2, no_stream: -1, stream_exists: -4 };

/** A delete's or tombstone's conflict; an append's is an answer, no error. */
export const wrongExpectedVersion = (stream: string, expected: Expected, actual: number): ServiceError => {
  const number = typeof expected === 'number' ? expected : EXPECTED_NUMBERS[expected];
  return serviceError(
    status.FAILED_PRECONDITION,
    `Append failed due to WrongExpectedVersion. Stream: ${stream}, Expected version: ${number}, Actual version: ${actual}`,
    {
      exception: 'wrong-expected-version',
      'stream-name': header(stream),
      'expected-version': `${number}`,
      'actual-version': `${actual}`,
    },
  );
};

export const badRequest = (details: string): ServiceError => serviceError(status.INVALID_ARGUMENT, details);
/** What the server makes of an exception of its own, a read of no events for one. */
export const unknown = (details: string): ServiceError => serviceError(status.UNKNOWN, details);
export const consumerTooSlow = (): ServiceError =>
  serviceError(
    status.ABORTED,
    'Operation timed out: Consumer too slow to handle event while live. Client resubscription required.',
  );

/** What the client moves to another server for: it reads where the leader is from the trailers. */
export const notLeader = (leader: Endpoint | undefined): ServiceError =>
  leader
    ? serviceError(status.NOT_FOUND, 'Leader info available', {
        exception: 'not-leader',
        'leader-endpoint-host': leader.host,
        'leader-endpoint-port': `${leader.port}`,
      })
    : unknown('No leader info available in response');

export const serverNotReady = (): ServiceError => serviceError(status.UNAVAILABLE, 'Server Is Not Ready');
/** What somebody hears who may not do this, by the access rules of a stream or of $all. */
export const notAllowed = (): ServiceError =>
  serviceError(status.PERMISSION_DENIED, 'Access Denied', { exception: 'access-denied' });
/** Wrong credentials, or none: the server answers with HTTP 401, which gRPC's clients take so. */
export const accessDenied = (): ServiceError => serviceError(status.UNAUTHENTICATED, 'Received HTTP status code 401');
