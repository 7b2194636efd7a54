import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** The listening socket and what came in through it, held here so that a connection can be cut as a network cuts it. */
export class Connections {
  private readonly sockets = new Map<string, Socket>();
  private server: Server | undefined;

  private constructor(private readonly accept: (socket: Socket) => void) {}

  /** Listens on 127.0.0.1; `accept` gets each connection. */
  static async listen(port: number, accept: (socket: Socket) => void): Promise<Connections> {
    const connections = new Connections(accept);
    connections.server = await connections.open(port);
    connections.port = (connections.server.address() as AddressInfo).port;
    return connections;
  }

  /** Stays the same while it is closed. */
  port = 0;

  get listening(): boolean {
    return this.server !== undefined;
  }

  /** @param peer the client's `address:port`, as a call's `getPeer()` gives it */
  cut(peer: string): void {
    this.sockets.get(peer)?.destroy();
  }

  cutAll(): void {
    for (const socket of this.sockets.values()) socket.destroy();
  }

  /** Frees the port and cuts all connections. */
  async close(): Promise<void> {
    const { server } = this;
    if (!server) return;
    this.server = undefined;
    const closed = new Promise<void>((resolve) => {
      // The only error is that it is not listening any more.
      server.close(() => {
        resolve();
      });
    });
    this.cutAll();
    await closed;
  }

  /** Listens again on the same port. */
  async reopen(): Promise<void> {
    this.server ??= await this.open(this.port);
  }

  private open(port: number): Promise<Server> {
    return new Promise((resolve, reject) => {
      const server = createServer({ noDelay: true });
      server.on('connection', (socket) => {
        this.hold(socket);
        this.accept(socket);
      });
      server.once('error', reject);
      server.listen(port, '127.0.0.1', () => {
        server.off('error', reject);
        resolve(server);
      });
    });
  }

  private hold(socket: Socket): void {
    const peer = `${socket.remoteAddress}:${socket.remotePort}`;
    this.sockets.set(peer, socket);
    // A cut shows as a reset here, too, where TLS wraps the socket.
    socket.on('error', () => undefined);
    socket.once('close', () => this.sockets.delete(peer));
  }
}
