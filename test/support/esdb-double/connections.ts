import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** The listening socket and what came in through it, held here so that a connection can be cut as a network cuts it. */
export class Connections {
  private readonly sockets = new Map<string, Socket>();

  private constructor(private readonly server: Server) {}

  /** Listens on 127.0.0.1; `accept` gets each connection. */
  static listen(port: number, accept: (socket: Socket) => void): Promise<Connections> {
    return new Promise((resolve, reject) => {
      const server = createServer({ noDelay: true });
      const connections = new Connections(server);
      server.on('connection', (socket) => {
        connections.hold(socket);
        accept(socket);
      });
      server.once('error', reject);
      server.listen(port, '127.0.0.1', () => {
        server.off('error', reject);
        resolve(connections);
      });
    });
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** @param peer the client's `address:port`, as a call's `getPeer()` gives it */
  cut(peer: string): void {
    this.sockets.get(peer)?.destroy();
  }

  cutAll(): void {
    for (const socket of this.sockets.values()) socket.destroy();
  }

  /** Frees the port and cuts all connections. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      // The only error is that it is not listening any more.
      this.server.close(() => {
        resolve();
      });
      this.cutAll();
    });
  }

  private hold(socket: Socket): void {
    const peer = `${socket.remoteAddress}:${socket.remotePort}`;
    this.sockets.set(peer, socket);
    socket.once('close', () => this.sockets.delete(peer));
  }
}
