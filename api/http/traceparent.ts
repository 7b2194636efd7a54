/** W3C Trace Context. */
export const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** What a caller sent as its `traceparent`; anything else than one is as if nothing had been sent. */
export const traceOf = (sent: string | undefined): { readonly traceparent?: string } =>
  sent !== undefined && TRACEPARENT.test(sent) ? { traceparent: sent } : {};
