import { Agent, request as send, type IncomingMessage } from 'node:http';

export interface HttpCall {
  readonly method: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  /** Default: 30 s. */
  readonly signal?: AbortSignal | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: AnswerHeaders;
  readonly text: string;
}

/** `Headers`, as far as answers are read. */
export interface AnswerHeaders {
  get(name: string): string | null;
  has(name: string): boolean;
  getSetCookie(): readonly string[];
}

class ReceivedHeaders implements AnswerHeaders {
  constructor(private readonly all: IncomingMessage['headers']) {}

  get(name: string): string | null {
    const value = this.all[name.toLowerCase()];
    return Array.isArray(value) ? value.join(', ') : (value ?? null);
  }

  has(name: string): boolean {
    return this.get(name) !== null;
  }

  getSetCookie(): readonly string[] {
    return this.all['set-cookie'] ?? [];
  }
}

/** Nobody knows what became of the request. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

/** Idle connections go before the server closes them (5 s): nothing is sent on one that is being closed. */
const agent = new Agent({ keepAlive: true, timeout: 2_000 });

const ANSWERED_WITHIN_MS = 30_000;

/**
 * What the clients of tests need of `fetch`, for a third of its work: with tens of thousands of requests that was a sixth of what
 * the suite does. What isn't compressed isn't asked to be; test/e2e/http-front asks.
 *
 * @throws NoAnswer when there is none, or not the whole of it
 */
export function httpCall(url: string, { method, headers, body, signal }: HttpCall): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const { hostname, port, pathname, search } = new URL(url);
    const request = send(
      {
        agent,
        hostname,
        port,
        path: pathname + search,
        method,
        joinDuplicateHeaders: true,
        headers: { ...headers, ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }) },
        ...(signal === undefined ? {} : { signal }),
      },
      (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.once('end', () => {
          clearTimeout(timer);
          const { statusCode = 0, headers: all } = response;
          resolve({ status: statusCode, headers: new ReceivedHeaders(all), text: Buffer.concat(parts).toString() });
        });
        response.on('error', failed);
      },
    );
    const late = (): void => {
      request.destroy(new Error(`nothing within ${ANSWERED_WITHIN_MS.toString()} ms`));
    };
    const timer = signal === undefined ? setTimeout(late, ANSWERED_WITHIN_MS) : undefined;
    const failed = (error: Error): void => {
      clearTimeout(timer);
      reject(new NoAnswer(`${method} ${url}: ${error.message}`, { cause: error }));
    };
    // A connection that is cut says so to both, and sometimes twice.
    request.on('error', failed);
    request.end(body);
  });
}
