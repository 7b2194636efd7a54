import type { streamsPb } from './generated.js';
import { InvalidRequest } from './requests.js';
import type { StoredEvent } from './stream-state.js';

/** Which events of `$all` a reader gets, and how often a subscription says how far it has come. */
export interface Filter {
  readonly matches: (event: StoredEvent) => boolean;
  /** events looked at between two checkpoints */
  readonly checkpointEvery: number;
}

/** The server's window where the client names none. */
const DEFAULT_WINDOW = 32;

/** @throws InvalidRequest */
export function readFilter(options: streamsPb.ReadReq.Options): Filter | undefined {
  const filter = options.getFilter();
  if (!filter) return undefined;
  const byStream = filter.getStreamIdentifier();
  const expression = byStream ?? filter.getEventType();
  if (!expression) throw new InvalidRequest('The filter is on neither the stream name nor the event type.');
  const test = textTest(expression);
  const window = filter.hasMax() ? filter.getMax() : DEFAULT_WINDOW;
  return {
    matches: byStream ? (event) => test(event.stream) : (event) => test(event.type),
    checkpointEvery: Math.max(1, window * filter.getCheckpointintervalmultiplier()),
  };
}

function textTest(expression: streamsPb.ReadReq.Options.FilterOptions.Expression): (text: string) => boolean {
  const pattern = expression.getRegex();
  if (pattern !== '') {
    const regex = new RegExp(pattern);
    return (text) => regex.test(text);
  }
  const prefixes = expression.getPrefixList();
  const [only] = prefixes;
  if (only !== undefined && prefixes.length === 1) return (text) => text.startsWith(only);
  return (text) => prefixes.some((prefix) => text.startsWith(prefix));
}
