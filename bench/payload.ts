import { createHash, randomUUID } from 'node:crypto';
import type { EventToAppend } from '../application/ports/event-store.js';

/** An event with the whole envelope, as the Group's mute writes it: about 100 B of data, 600 B of metadata. */
export function muteEvent(): EventToAppend {
  const correlation = randomUUID();
  const hash = createHash('sha256').update(correlation).digest('base64url');
  return {
    id: randomUUID(),
    type: 'MemberMuted',
    data: JSON.stringify({ groupId: '4503599627371000', userId: 'user-4711', until: 1_790_000_000_000, by: 'user-1' }),
    metadata: JSON.stringify({
      schemaVersion: 1,
      tenant: '1000',
      actor: { kind: 'user', id: 'user-1' },
      via: 'v1:PUT /groups/{groupId}/members/{userId}/mute',
      $correlationId: correlation,
      $causationId: correlation,
      commandKey: hash,
      occurredAt: Date.now(),
      prevHash: hash,
      hash,
    }),
  };
}

export const silentLog = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: (facts: object, message: string) => {
    process.stderr.write(`${message} ${JSON.stringify(facts)}\n`);
  },
};
