import type { StoredEvent } from '../../application/ports/event-store.js';
import type { ExportRequest } from '../../application/ports/proof-tools.js';
import { encodePart, STREAM_PREFIX } from '../../application/streams.js';

type Asked = Pick<ExportRequest, 'tenant' | 'group' | 'user' | 'from' | 'to'>;

/** Which events are asked for, and whether that is all of them. */
export function choice({ tenant, group, user, from, to }: Asked): {
  readonly isChosen: (event: StoredEvent) => boolean;
  readonly isWhole: boolean;
} {
  const tests: ((event: StoredEvent) => boolean)[] = [];
  if (tenant !== undefined) tests.push(({ stream }) => tenantIn(stream) === encodePart(tenant));
  if (group !== undefined) tests.push(ofGroup(group));
  if (user !== undefined) tests.push(ofUser(user));
  if (from !== undefined || to !== undefined) {
    const [earliest, latest] = [from ?? -Infinity, to ?? Infinity];
    tests.push(({ metadata }) => {
      const at = timeOf(metadata);
      return at >= earliest && at <= latest;
    });
  }
  return { isChosen: (event) => tests.every((test) => test(event)), isWhole: tests.length === 0 };
}

const tenantIn = (stream: string): string => stream.slice(stream.indexOf('-') + 1, stream.indexOf('.'));

/** The group's own events, and those of its conversations and of everybody's views of them. */
function ofGroup(group: string): (event: StoredEvent) => boolean {
  const part = encodePart(group);
  return ({ stream }) => {
    const name = stream.slice(STREAM_PREFIX.length);
    const parts = name.slice(name.indexOf('.') + 1);
    return name.startsWith('group-') ? parts === part : parts.startsWith(`g.${part}.`);
  };
}

/** What he did, what was done to him, and whatever names him. */
function ofUser(user: string): (event: StoredEvent) => boolean {
  const part = encodePart(user);
  const quoted = JSON.stringify(user);
  return ({ stream, data, metadata }) =>
    stream
      .slice(stream.indexOf('.') + 1)
      .split('.')
      .includes(part) ||
    data.includes(quoted) ||
    metadata.includes(quoted);
}

/** When it was decided, ms UTC; NaN when nobody can tell. */
function timeOf(metadata: string): number {
  return Number(/"occurredAt":(\d{1,15})[,}]/.exec(metadata)?.[1] ?? Number.NaN);
}
