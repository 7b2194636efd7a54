import express, { type Express } from 'express';
import { IncomingMessage, type RequestListener, ServerResponse, type ServerOptions } from 'node:http';
import { newId } from '../../application/new-id.js';

/** On every answer: what the log and the history call the request. */
export const CORRELATION_HEADER = 'X-Correlation-ID';

/**
 * Requests and responses of one server that are born with the prototypes that Express wants them to have. Express would
 * change the prototypes of each (`app.handle`), which takes V8's fast paths away from all that node:http does with them
 * afterwards: 95 of 128 us per request, measured with an application of a single handler.
 */
export class ExpressMessages {
  readonly #Request = class extends IncomingMessage {};
  readonly #Response = class<Request extends IncomingMessage> extends ServerResponse<Request> {
    readonly correlationId = newId();

    /** Whoever answers, and however: all heads are written here. */
    override writeHead(status: number, ...rest: unknown[]): this {
      const headers = rest.at(-1);
      const named = { [CORRELATION_HEADER]: this.correlationId };
      if (Array.isArray(headers)) headers.push(CORRELATION_HEADER, this.correlationId);
      else if (typeof headers === 'object' && headers !== null) rest[rest.length - 1] = { ...headers, ...named };
      else rest.push(named);
      return Reflect.apply(super.writeHead, this, [status, ...rest]) as this;
    }
  };

  constructor() {
    // Those of Express descend from node:http's own.
    Object.setPrototypeOf(this.#Request.prototype, express.request);
    Object.setPrototypeOf(this.#Response.prototype, express.response);
  }

  /** What the server makes its messages of. */
  get options(): Pick<ServerOptions, 'IncomingMessage' | 'ServerResponse'> {
    return { IncomingMessage: this.#Request, ServerResponse: this.#Response };
  }

  /** From now on they are this application's, if it is one of Express. */
  belongTo(listener: RequestListener): void {
    if (!isExpress(listener)) return;
    const app = { value: listener, configurable: true, enumerable: true, writable: true };
    listener.request = Object.defineProperty(this.#Request.prototype, 'app', app) as unknown as Express['request'];
    listener.response = Object.defineProperty(this.#Response.prototype, 'app', app) as unknown as Express['response'];
  }
}

const isExpress = (listener: RequestListener): listener is Express => 'request' in listener && 'response' in listener;

/** What the request is called; of a response that no server of ours made, a new one each time. */
export const correlationIdOf = (response: ServerResponse): string =>
  'correlationId' in response && typeof response.correlationId === 'string' ? response.correlationId : newId();
