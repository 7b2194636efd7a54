import type { ContractFaults } from '../int/event-store.contract.js';
import type { ProxiedConnection, TcpProxy } from './tcp-proxy.js';

/** The name of the prepared statement that appends is in each message that runs it. */
const APPEND = 'parley-append';

/** Faults of appends that go through the proxy to PostgreSQL. */
export function appendFaults(proxy: TcpProxy): ContractFaults {
  const onNextAppend = (meet: (connection: ProxiedConnection, piece: Buffer) => boolean): void => {
    proxy.onSent = (connection, piece) => {
      if (!piece.includes(APPEND)) return true;
      proxy.onSent = undefined;
      return meet(connection, piece);
    };
  };

  return {
    // PostgreSQL answers after the commit.
    cutAfterWrite: () =>
      new Promise((happened) => {
        onNextAppend((connection) => {
          connection.onAnswer = () => {
            connection.cut();
            happened();
          };
          return true;
        });
      }),

    // Appends that are sent meanwhile by other connections are kept until it has landed, so that it comes first.
    landLater: (ms) =>
      new Promise((happened) => {
        onNextAppend((connection, piece) => {
          const kept: (() => void)[] = [];
          proxy.onSent = (later, laterPiece) => {
            if (!laterPiece.includes(APPEND)) return true;
            kept.push(() => later.server.write(laterPiece));
            return false;
          };
          connection.heldFromClient = [];
          connection.client.destroy();
          connection.onAnswer = () => {
            proxy.onSent = undefined;
            connection.cut();
            for (const passOn of kept) passOn();
            happened();
          };
          setTimeout(() => connection.server.write(piece), ms);
          return false;
        });
      }),
  };
}
