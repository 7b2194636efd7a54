import { connect, type Socket } from 'node:net';
import { inFlight } from './harness.js';

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** A request as it goes over the wire; made once, sent often. A body that is text is sent as it is. */
export function wire(
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body?: object | string,
): Buffer {
  const text = typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body);
  const lines = [
    `${method} ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ...(body === undefined ? [] : ['Content-Type: application/json', `Content-Length: ${text.length.toString()}`]),
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${text}`, 'latin1');
}

/**
 * One connection that is kept alive, one request at a time: far less work than an HTTP client, because on few cores what
 * the load costs is taken from the server that is measured. It understands answers with Content-Length, ASCII only.
 */
export class Connection {
  #received = '';
  #waiting: { readonly resolve: (answer: Answer) => void; readonly reject: (error: Error) => void } | undefined;

  private constructor(private readonly socket: Socket) {
    socket.setNoDelay(true);
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      this.#take(text);
    });
    socket.on('error', (error) => this.#waiting?.reject(error));
    socket.on('close', () => this.#waiting?.reject(new Error('the server closed the connection')));
  }

  static open(url: string): Promise<Connection> {
    const { hostname, port } = new URL(url);
    return new Promise((resolve, reject) => {
      const socket = connect(Number(port), hostname, () => {
        resolve(new Connection(socket));
      });
      socket.once('error', reject);
    });
  }

  send(request: Buffer): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.socket.write(request);
    });
  }

  close(): void {
    this.socket.destroy();
  }

  #take(text: string): void {
    this.#received += text;
    const headEnd = this.#received.indexOf('\r\n\r\n');
    if (headEnd < 0) return;
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(this.#received.slice(0, headEnd))?.[1]);
    const end = headEnd + 4 + length;
    if (this.#received.length < end) return;
    const answer = { status: Number(this.#received.slice(9, 12)), body: this.#received.slice(headEnd + 4, end) };
    this.#received = '';
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (Number.isNaN(length)) waiting?.reject(new Error('an answer without Content-Length'));
    else waiting?.resolve(answer);
  }
}

/** Requests from so many connections at once for `ms`, each sending its next one when it has its answer; at most `most`. */
export async function overHttp(
  url: string,
  connections: number,
  ms: number,
  next: (lane: number) => Buffer,
  check: (answer: Answer) => void,
  most = Infinity,
): Promise<number> {
  const lanes = await Promise.all(Array.from({ length: connections }, () => Connection.open(url)));
  try {
    const send = async (lane: number): Promise<void> => {
      const answer = await lanes[lane]?.send(next(lane));
      if (answer !== undefined) check(answer);
    };
    return await inFlight(connections, ms, send, most);
  } finally {
    for (const lane of lanes) lane.close();
  }
}
