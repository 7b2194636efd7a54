import { ApplicationError } from '../../application/commands/errors.js';
import { DatabaseUnavailable } from '../../application/ports/unavailable.js';

/**
 * The adapter, with every failure that means "PostgreSQL isn't there now" told as `DatabaseUnavailable`, so that callers
 * answer 503 and not 500. Other failures pass as they are.
 */
export function reachable<Adapter extends object>(adapter: Adapter): Adapter {
  return new Proxy(adapter, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]): unknown => {
        const result: unknown = Reflect.apply(member, target, args);
        return result instanceof Promise ? result.catch(rethrow) : result;
      };
    },
  });
}

function rethrow(error: unknown): never {
  // Somebody nearer has told already what it comes to.
  if (error instanceof ApplicationError || error instanceof DatabaseUnavailable) throw error;
  if (isAway(error)) throw new DatabaseUnavailable('PostgreSQL does not answer', { cause: error });
  throw error;
}

/** Connection exception (08), insufficient resources (53), cancelled, shutting down or starting up (57), system error (58). */
const AWAY = /^(08...|53...|57014|57P0[1-5]|58...)$/;

/** Sockets, and what pg and pg-pool say without a code. */
const SOCKET = /^(ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)/;
const SAID =
  /^(Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect|timeout expired|Query read timeout)/;

export function isAway(error: unknown): boolean {
  for (let each = error, depth = 0; each instanceof Error && depth < 5; depth++) {
    const code = 'code' in each && typeof each.code === 'string' ? each.code : '';
    if (AWAY.test(code) || SOCKET.test(code) || SAID.test(each.message)) return true;
    each = 'driverError' in each && each.driverError !== each ? each.driverError : each.cause;
  }
  return false;
}
