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
  #parts: string[] = [];
  /** Of the answer that is coming; 0 until its head has said how long it is. */
  #missing = 0;
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

  /** A long answer comes in many parts: they are put together once, when the last one is there. */
  #take(text: string): void {
    this.#parts.push(text);
    this.#missing -= text.length;
    if (this.#missing > 0) return;
    const received = this.#parts.join('');
    this.#parts = [received];
    this.#missing = 0;
    const headEnd = received.indexOf('\r\n\r\n');
    if (headEnd < 0) return;
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(received.slice(0, headEnd))?.[1]);
    const end = headEnd + 4 + length;
    this.#missing = Math.max(0, end - received.length);
    if (this.#missing > 0) return;
    const answer = { status: Number(received.slice(9, 12)), body: received.slice(headEnd + 4, end) };
    this.#parts = [];
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
