import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A connection of which a test decides every byte: what is sent, and whether it is read. */
export class RawHttp {
  #received = '';

  private constructor(readonly socket: Socket) {
    socket.setEncoding('latin1');
    socket.on('error', () => undefined); // The server may cut it.
    socket.on('data', (text: string) => (this.#received += text));
  }

  static async open(url: string): Promise<RawHttp> {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    return new RawHttp(socket);
  }

  /** What has come so far. */
  get received(): string {
    return this.#received;
  }

  send(text: string): void {
    this.socket.write(text, 'latin1');
  }

  /** Reads nothing until `resume`. */
  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  /** All that came, when the server has closed the connection. */
  async closed(): Promise<string> {
    if (!this.socket.closed) await once(this.socket, 'close');
    return this.#received;
  }

  end(): void {
    this.socket.destroy();
  }
}
