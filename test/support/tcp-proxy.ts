import { connect, createServer, type Server, type Socket } from 'node:net';

/** One client's connection through the proxy. */
export class ProxiedConnection {
  /** From now on what the client sends is kept here, and the server gets nothing. */
  heldFromClient: Buffer[] | undefined;
  /** Set: the server's next answer isn't passed on, this runs instead. */
  onAnswer: (() => void) | undefined;

  constructor(
    readonly client: Socket,
    readonly server: Socket,
  ) {}

  cut(): void {
    this.client.destroy();
    this.server.destroy();
  }
}

/**
 * Stands between a client and a server, and can cut or hold what goes between them. By itself it passes everything on, both
 * ways, and a side's end to the other side.
 */
export class TcpProxy {
  readonly connections = new Set<ProxiedConnection>();
  /** Called with each piece that a client sends, before it is passed on; false = it is not. */
  onSent: ((connection: ProxiedConnection, piece: Buffer) => boolean) | undefined;
  private refusing = false;
  private frozen = false;

  private constructor(
    private readonly listener: Server,
    private readonly target: URL,
  ) {}

  static async start(target: string): Promise<TcpProxy> {
    const listener = createServer();
    const proxy = new TcpProxy(listener, new URL(target));
    listener.on('connection', (socket) => {
      proxy.accept(socket);
    });
    await new Promise<void>((resolve, reject) => {
      listener.once('error', reject);
      listener.listen(0, '127.0.0.1', resolve);
    });
    return proxy;
  }

  /** The target's URL by way of the proxy. */
  get url(): string {
    const address = this.listener.address();
    if (address === null || typeof address === 'string') throw new Error('the proxy is closed');
    const url = new URL(this.target);
    url.hostname = '127.0.0.1';
    url.port = String(address.port);
    return url.href;
  }

  cutAll(): void {
    for (const connection of [...this.connections]) connection.cut();
  }

  /** Ends every connection and refuses new ones until `allow`, as a server does that is down. */
  refuse(): void {
    this.refusing = true;
    this.cutAll();
  }

  allow(): void {
    this.refusing = false;
  }

  /** Nothing is passed on either way, nothing is cut, as with a server that was stopped; until `thaw`. */
  freeze(): void {
    this.frozen = true;
    for (const { client, server } of this.connections) {
      client.pause();
      server.pause();
    }
  }

  thaw(): void {
    this.frozen = false;
    for (const { client, server } of this.connections) {
      client.resume();
      server.resume();
    }
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.listener.close(resolve));
    this.cutAll();
    await closed;
  }

  private accept(client: Socket): void {
    if (this.refusing) {
      client.destroy();
      return;
    }
    const server = connect(Number(this.target.port || 5432), this.target.hostname);
    const connection = new ProxiedConnection(client, server);
    this.connections.add(connection);
    client.setNoDelay(true);
    server.setNoDelay(true);
    client.on('data', (piece) => {
      if (connection.heldFromClient) connection.heldFromClient.push(piece);
      else if (this.onSent?.(connection, piece) !== false) server.write(piece);
    });
    server.on('data', (piece) => {
      if (connection.onAnswer) connection.onAnswer();
      else client.write(piece);
    });
    // A cut shows on the other side as an end; its errors (reset, broken pipe) say no more than that.
    for (const socket of [client, server]) socket.on('error', () => undefined);
    client.on('close', () => {
      if (!connection.heldFromClient) server.destroy();
    });
    server.on('close', () => {
      client.destroy();
      this.connections.delete(connection);
    });
    if (this.frozen) {
      client.pause();
      server.pause();
    }
  }
}
