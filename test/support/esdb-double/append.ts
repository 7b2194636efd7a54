import type { sendUnaryData, ServerReadableStream } from '@grpc/grpc-js';

import { type Context, performAppend, refusal } from './context.js';
import { badRequest, MAX_APPEND_SIZE, maxAppendSizeExceeded, streamDeleted } from './errors.js';
import { sharedPb, streamsPb } from './generated.js';
import type { ProposedEvent, Written } from './log.js';
import { InvalidRequest, readExpected, readProposed, readStreamName, sizeOf } from './requests.js';
import type { Expected } from './rules.js';

type AppendCall = ServerReadableStream<streamsPb.AppendReq, streamsPb.AppendResp>;

/** `Streams.Append`: the options first, then an event a message, then one answer. */
export function handleAppend(context: Context) {
  return (call: AppendCall, callback: sendUnaryData<streamsPb.AppendResp>): void => {
    let stream = '';
    let expected: Expected = 'any';
    let size = 0;
    let refused = false;
    const events: ProposedEvent[] = [];
    const refuse = (error: Parameters<typeof callback>[0]): void => {
      refused = true;
      callback(error);
    };

    call.on('data', (request: streamsPb.AppendReq) => {
      if (refused) return;
      const options = request.getOptions();
      if (options) {
        stream = readStreamName(options.getStreamIdentifier());
        expected = readExpected(options, options.getRevision());
      }
      const message = request.getProposedMessage();
      if (!message) return;
      try {
        const event = readProposed(message);
        events.push(event);
        size += sizeOf(event);
        if (size > MAX_APPEND_SIZE) refuse(maxAppendSizeExceeded());
      } catch (error) {
        if (!(error instanceof InvalidRequest)) throw error;
        refuse(badRequest(error.message));
      }
    });
    // A client that goes away before the end has not appended.
    call.on('error', () => {
      refused = true;
    });
    const finish = (): void => {
      if (refused || call.cancelled) return;
      const why = refusal(context, call.metadata);
      if (why) {
        refuse(why);
        return;
      }
      if (stream === '') {
        refuse(badRequest('Required field StreamIdentifier not set.'));
        return;
      }
      performAppend(context, {
        stream,
        expected,
        events,
        peer: () => call.getPeer(),
        answer: (written) => {
          if (written.kind === 'deleted') callback(streamDeleted(stream));
          else callback(null, answerOf(written, expected));
        },
      });
    };
    call.on('end', () => {
      context.gate.pass(finish);
    });
  };
}

function answerOf(written: Exclude<Written, { kind: 'deleted' }>, expected: Expected): streamsPb.AppendResp {
  const answer = new streamsPb.AppendResp();
  return written.kind === 'wrong'
    ? answer.setWrongExpectedVersion(conflict(written.current, expected))
    : answer.setSuccess(success(written.revision, written.position));
}

function success(revision: number, position: number): streamsPb.AppendResp.Success {
  const success = new streamsPb.AppendResp.Success();
  if (revision < 0) success.setNoStream(new sharedPb.Empty());
  else success.setCurrentRevision(`${revision}`);
  const at = new streamsPb.AppendResp.Position();
  at.setCommitPosition(`${position}`);
  at.setPreparePosition(`${position}`);
  return success.setPosition(at);
}

/** Everything twice: in the fields of today, and in those that servers before 20.6.1 had. */
function conflict(current: number, expected: Expected): streamsPb.AppendResp.WrongExpectedVersion {
  const empty = new sharedPb.Empty();
  const answer = new streamsPb.AppendResp.WrongExpectedVersion();
  if (current < 0) answer.setCurrentNoStream(empty).setNoStream2060(empty);
  else answer.setCurrentRevision(`${current}`).setCurrentRevision2060(current);
  switch (expected) {
    case 'any':
      return answer.setExpectedAny(empty).setAny2060(empty);
    case 'no_stream':
      return answer.setExpectedNoStream(empty);
    case 'stream_exists':
      return answer.setExpectedStreamExists(empty).setStreamExists2060(empty);
    default:
      return answer.setExpectedRevision(`${expected}`).setExpectedRevision2060(expected);
  }
}
