import { randomInt, randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';

import { EventStoreUnavailable, NO_STREAM } from '../../../application/ports/event-store.js';
import type { Backoff } from '../settle.js';
import { delayMs } from '../settle.js';
import type { BatchAppender } from './batch-append.js';
import type { Client } from './connection.js';
import { isNoSuchStream, unavailable } from './connection.js';
import { receive } from './receive.js';
import type { RawEvent } from './stored-event.js';

/** Outside Parley's prefix, so it is in no `readAll` and no subscription. */
export const IDENTITY_STREAM = 'parleystore-identity';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const LENGTH = 12;
const FORM = /^[A-Za-z0-9]{1,64}$/;

/**
 * The store's identity: the first event of its own stream, written by whoever comes first. Tried again for as long as the
 * deadline lets it: the server may be about to start, or a connection was lost just now.
 *
 * @throws EventStoreUnavailable
 */
export async function identityOf(
  client: Client,
  appender: BatchAppender,
  {
    deadlineMs,
    backoff,
    helpsToWait,
  }: {
    readonly deadlineMs: number;
    readonly backoff: Backoff;
    readonly helpsToWait: (error: EventStoreUnavailable) => boolean;
  },
): Promise<string> {
  const until = Date.now() + deadlineMs;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return (await read(client, deadlineMs)) ?? (await write(client, appender, deadlineMs));
    } catch (error) {
      const waitMs = delayMs(attempt, backoff);
      if (!(error instanceof EventStoreUnavailable) || !helpsToWait(error) || Date.now() + waitMs > until) throw error;
      await setTimeout(waitMs);
    }
  }
}

async function write(client: Client, appender: BatchAppender, deadlineMs: number): Promise<string> {
  const identity = Array.from({ length: LENGTH }, () => LETTERS[randomInt(LETTERS.length)]).join('');
  const event = { id: randomUUID(), type: 'StoreIdentified', data: JSON.stringify({ identity }), metadata: '{}' };
  try {
    await appender.send({ stream: IDENTITY_STREAM, expectedRevision: NO_STREAM, events: [event] });
  } catch (error) {
    throw unavailable(error);
  }
  // Success or conflict: what is at revision 0 now is the identity.
  const written = await read(client, deadlineMs);
  if (written === undefined) throw new EventStoreUnavailable('the store has no identity yet');
  return written;
}

async function read(client: Client, deadlineMs: number): Promise<string | undefined> {
  const source = client.readStream(IDENTITY_STREAM, { maxCount: 1, requiresLeader: true });
  const stop = new AbortController().signal;
  let first: RawEvent | undefined;
  try {
    for await (const { items } of receive<{ event?: RawEvent }>(source, { silenceMs: deadlineMs, stop })) {
      first ??= items[0]?.event;
    }
  } catch (error) {
    if (isNoSuchStream(error)) return undefined;
    throw unavailable(error);
  }
  return first && identityIn(first.data);
}

/** @throws Error when the stream holds something else: positions of such a store can't be told from another's. */
function identityIn(data: unknown): string {
  const identity = typeof data === 'object' && data !== null && 'identity' in data ? data.identity : undefined;
  if (typeof identity === 'string' && FORM.test(identity)) return identity;
  throw new Error(`the stream ${IDENTITY_STREAM} does not begin with an identity`);
}
