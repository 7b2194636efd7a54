/** What a server refuses before it reaches an API. A server refuses with HTTP's own status, whichever API it is. */
export interface EdgeRefusal {
  readonly status: number;
  readonly title: string;
  /** Seconds. */
  readonly retryAfter?: number;
}

export const edgeRefusals = {
  MalformedRequest: { status: 400, title: 'This is no HTTP request' },
  HostMissing: { status: 400, title: 'The request has no header `Host`' },
  RequestTimeout: { status: 408, title: 'The request did not arrive in time' },
  ExpectationFailed: { status: 417, title: 'Nothing can be expected here but 100-continue' },
  HeadersTooLarge: { status: 431, title: "The request's head is too large" },
  TooManyConnections: {
    status: 503,
    title: 'There are too many connections; nothing was written',
    retryAfter: 1,
  },
  TooManyOpenRequests: {
    status: 503,
    title: 'Too many requests are being answered; nothing was written',
    retryAfter: 1,
  },
} as const satisfies Readonly<Record<string, EdgeRefusal>>;

export type EdgeRefusalName = keyof typeof edgeRefusals;

/** What is answered. */
export interface Said {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

/** How an API says what is said in its place, before it has seen a request. */
export interface Edge {
  refused(refusal: EdgeRefusal, name: EdgeRefusalName, correlationId: string): Said;
  /** The server isn't ready; `detail` says so as a sentence. */
  starting(detail: string, correlationId: string): Said;
}

/** Whose place that is, by the path of the request; '' where it has none. */
export type EdgeAt = (path: string) => Edge;

/** As `/v1` says it, and whoever else speaks RFC 9457. */
export const problems: Edge = {
  refused: ({ status, title }, code, correlationId) => ({
    status,
    type: 'application/problem+json; charset=utf-8',
    text: JSON.stringify({ type: `urn:parley:problem:${code}`, title, status, code, correlationId }),
  }),
  starting: (detail, correlationId) => ({
    status: 503,
    type: 'application/problem+json',
    text: JSON.stringify({
      type: 'urn:parley:problem:Starting',
      title: 'The server is starting; nothing was written',
      status: 503,
      code: 'Starting',
      detail,
      correlationId,
    }),
  }),
};
