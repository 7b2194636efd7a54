import { expect } from 'chai';
import { blamesEvent } from '../../../application/following/errors.js';

const withCode = (message: string, code: string): Error => Object.assign(new Error(message), { code });

describe('what an event is parked for', () => {
  for (const [what, error] of [
    ['a mistake of the projection', new TypeError('undefined is not a function')],
    ['a value that the column does not take', withCode('value too long', '22001')],
    ['a row that is there already', withCode('duplicate key', '23505')],
    ['an argument that Node does not take', withCode('must be of type string', 'ERR_INVALID_ARG_TYPE')],
  ] as const)
    it(`${what} is its own fault`, () => {
      expect(blamesEvent(error)).to.equal(true);
    });

  for (const [what, error] of [
    ['a host with two addresses that refuses', Object.assign(new AggregateError([], ''), { code: 'ECONNREFUSED' })],
    ['a socket that was ended', withCode('This socket has been ended by the other party', 'EPIPE')],
    ['a stream that was destroyed', withCode('Cannot call write after a stream was destroyed', 'ERR_STREAM_DESTROYED')],
    ['an answer that did not come', new Error('Query read timeout')],
    ['a server that shuts down', withCode('terminating connection', '57P01')],
    ['a connection that was lost', new Error('Connection terminated unexpectedly')],
  ] as const)
    it(`${what} is not`, () => {
      expect(blamesEvent(error)).to.equal(false);
    });
});
