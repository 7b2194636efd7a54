/** What one server lets its callers take of it. */
export interface ConnectionLimits {
  /** Until the head of a request is there, from its first byte or the connection's begin, ms. */
  readonly headMs: number;
  /** Until all of a request is there, ms. */
  readonly requestMs: number;
  /** For how long an answer may make no progress because nobody reads it, ms. */
  readonly stalledMs: number;
  /** For how long a connection is kept without a request, ms: longer than a proxy in front keeps its own. */
  readonly keepAliveMs: number;
  /** Of a request's head. */
  readonly headerBytes: number;
  readonly headers: number;
  readonly connections: number;
  /** Of one IPv4 address or IPv6 network (/64), unless it is that of a trusted proxy. */
  readonly connectionsOfAddress: number;
  /** Requests being answered at once. */
  readonly openRequests: number;
  /** Requests of one connection, and of all, that wait until the answer before theirs is read. */
  readonly pipelined: number;
  readonly pipelinedOfAll: number;
  /** Of all answers that wait to be read. */
  readonly unsentBytes: number;
}

export const CONNECTION_LIMITS: ConnectionLimits = {
  headMs: 15_000,
  requestMs: 30_000,
  stalledMs: 60_000,
  keepAliveMs: 65_000,
  headerBytes: 16 * 1024,
  headers: 100,
  connections: 10_000,
  connectionsOfAddress: 1_000,
  openRequests: 2_000,
  pipelined: 512,
  pipelinedOfAll: 10_000,
  unsentBytes: 64 * 1024 * 1024,
};
