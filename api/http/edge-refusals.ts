import { type IncomingMessage, STATUS_CODES, type ServerResponse } from 'node:http';
import { newId } from '../../application/new-id.js';
import { type EdgeAt, type EdgeRefusal, type EdgeRefusalName, edgeRefusals } from './edge.js';
import { correlationIdOf, CORRELATION_HEADER } from './messages.js';

/** The answer in the shape of the API that was asked. */
function shaped(name: EdgeRefusalName, path: string, edgeAt: EdgeAt, correlationId: string) {
  const refusal: EdgeRefusal = edgeRefusals[name];
  const { status, type, text } = edgeAt(path).refused(refusal, name, correlationId);
  const { retryAfter } = refusal;
  return {
    status,
    headers: {
      'Content-Type': type,
      'Cache-Control': 'no-store',
      Connection: 'close',
      ...(retryAfter === undefined ? {} : { 'Retry-After': retryAfter.toString() }),
    },
    text,
  };
}

/** Closes the connection when it has been read. */
export function answerRefusal(
  name: EdgeRefusalName,
  request: IncomingMessage,
  response: ServerResponse,
  edgeAt: EdgeAt,
): void {
  const { status, headers, text } = shaped(name, request.url ?? '/', edgeAt, correlationIdOf(response));
  response.writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(text) });
  response.end(text);
}

/** The same as bytes, where there is no response to write to. */
export function rawRefusal(name: EdgeRefusalName, path: string, edgeAt: EdgeAt): string {
  const correlationId = newId();
  const { status, headers, text } = shaped(name, path, edgeAt, correlationId);
  const lines = [
    `HTTP/1.1 ${status.toString()} ${STATUS_CODES[status] ?? ''}`,
    ...Object.entries(headers).map(([header, value]) => `${header}: ${value}`),
    `${CORRELATION_HEADER}: ${correlationId}`,
    `Content-Length: ${Buffer.byteLength(text).toString()}`,
  ];
  return `${lines.join('\r\n')}\r\n\r\n${text}`;
}
