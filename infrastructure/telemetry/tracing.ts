import {
  type Context,
  diag,
  DiagLogLevel,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { Logger } from '../../application/ports/logger.js';
import type { ObservedAppend, Telemetry, Traced } from '../../application/ports/telemetry.js';

/** Traces of one append or of one step of a projection that get a span of their own; a batch may be of hundreds. */
const MOST_SPANS = 16;

/** How long what was seen last may take to be sent when the server stops, ms. */
const FLUSH_MS = 2_000;

/**
 * Spans of commands, the appends that write them and the projections that show them, sent by OTLP over HTTP. Where to, which
 * share and under which name say the standard variables, which the SDK reads itself. A command's events carry its
 * `traceparent`, so whichever process projects them goes on with its trace.
 */
export class Tracing implements Telemetry {
  readonly #provider: BasicTracerProvider;
  readonly #tracer: Tracer;

  constructor(version: string, log?: Logger) {
    if (log !== undefined) tellTroubles(log);
    const own = resourceFromAttributes({ 'service.name': 'parley', 'service.version': version });
    this.#provider = new BasicTracerProvider({
      resource: defaultResource()
        .merge(own)
        .merge(detectResources({ detectors: [envDetector] })),
      spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
    });
    this.#tracer = this.#provider.getTracer('parley', version);
  }

  command(operation: string, via: string, traceparent: string | undefined) {
    const span = this.#tracer.startSpan(
      `command ${operation}`,
      { kind: SpanKind.SERVER, attributes: { 'parley.operation': operation, 'parley.via': via } },
      contextOf(traceparent) ?? ROOT_CONTEXT,
    );
    return {
      traceparent: span.isRecording() ? traceparentOf(span) : undefined,
      ended: (outcome: string, why?: string) => {
        span.setAttribute('parley.outcome', outcome);
        if (why !== undefined) span.setAttribute('parley.unavailable', why);
        if (outcome === 'failed' || outcome === 'unavailable') span.setStatus({ code: SpanStatusCode.ERROR });
        span.end();
      },
    };
  }

  append({ aggregate, commands, events }: ObservedAppend) {
    const attributes = { 'parley.aggregate': aggregate, 'parley.commands': commands.length, 'parley.events': events };
    const spans = contextsOf(commands).map((context) =>
      this.#tracer.startSpan(`append ${aggregate}`, { kind: SpanKind.PRODUCER, attributes }, context),
    );
    if (spans.length === 0) return undefined;
    return {
      ended: (outcome: 'appended' | 'conflict' | 'failed') => {
        for (const span of spans) {
          span.setAttribute('parley.outcome', outcome);
          if (outcome === 'failed') span.setStatus({ code: SpanStatusCode.ERROR });
          span.end();
        }
      },
    };
  }

  /** A command that is decided again has another append, which tells it. */
  decidedAgain(): void {
    return;
  }

  projected(projection: string, events: readonly Traced[], seconds: number): void {
    const startTime = Date.now() - seconds * 1_000;
    const attributes = { 'parley.projection': projection, 'parley.events': events.length };
    for (const context of contextsOf(events))
      this.#tracer
        .startSpan(`project ${projection}`, { kind: SpanKind.CONSUMER, startTime, attributes }, context)
        .end();
  }

  /** Sends what is left, as far as that goes. Never rejects. */
  async close(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, FLUSH_MS)));
    await Promise.race([this.#provider.shutdown().catch(() => undefined), late]);
    clearTimeout(timer);
  }
}

/** What the SDK can't do is told at most so often, ms. */
const TELL_EVERY_MS = 60_000;

/**
 * Lets the log have what the SDK says of its troubles (a collector that is away, say), which without this nobody hears: the first
 * of them at once, and later ones with how many there were in between.
 * @param now ms, of any clock that doesn't go back
 */
export function tellTroubles(log: Logger, now: () => number = () => performance.now()): void {
  let told = -Infinity;
  let untold = 0;
  const tell = (message: string, ...more: unknown[]): void => {
    if (now() - told < TELL_EVERY_MS) {
      untold += 1;
      return;
    }
    told = now();
    log.warn({ error: troubleOf(message, more), ...(untold > 0 && { more: untold }) }, 'traces can not be sent');
    untold = 0;
  };
  const nothing = (): void => undefined;
  const hears = { error: tell, warn: tell, info: nothing, debug: nothing, verbose: nothing };
  diag.setLogger(hears, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
}

/** An error comes as its members in JSON, all of them, with its stack. */
function troubleOf(message: string, more: readonly unknown[]): string {
  try {
    const { name, code, message: said } = JSON.parse(message) as Record<string, unknown>;
    const known = [name, code, said].filter(
      (each) => each !== '' && (typeof each === 'string' || typeof each === 'number'),
    );
    if (known.length > 0) return known.join(' ').slice(0, MOST_TOLD);
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
  }
  const words = more.filter((each) => typeof each === 'string');
  return [message, ...words].join(' ').slice(0, MOST_TOLD);
}

/** Characters. */
const MOST_TOLD = 500;

/** Of each trace among these that is kept, once. */
function contextsOf(traced: readonly Traced[]): Context[] {
  const parents = new Set<string>();
  for (const { traceparent } of traced) {
    if (traceparent !== undefined) parents.add(traceparent);
    if (parents.size === MOST_SPANS) break;
  }
  return [...parents].flatMap((traceparent) => contextOf(traceparent) ?? []);
}

/** Undefined where it names no trace. */
function contextOf(traceparent: string | undefined): Context | undefined {
  const [, version, traceId, spanId, flags] = TRACEPARENT.exec(traceparent ?? '') ?? [];
  if (version === 'ff' || traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  const spanContext = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
  return trace.isSpanContextValid(spanContext) ? trace.setSpanContext(ROOT_CONTEXT, spanContext) : undefined;
}

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

function traceparentOf(span: Span): string {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
}
