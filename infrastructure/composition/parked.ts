import type { Container } from 'inversify';
import type { ParkedEvent, ParkedTools, Retried } from '../../application/ports/parked-tools.js';
import type { Position } from '../../application/ports/event-store.js';
import type { ParkedAct } from '../../application/ports/process-checkpoints.js';
import { messageOf } from '../../application/following/errors.js';
import { mayPass } from '../../application/processes/trouble.js';
import { ActRetries } from '../../application/processes/retry.js';
import { NotParked, projections } from '../../projections/index.js';
import { reachable } from '../postgres/reachable.js';
import { discardedEvents, PostgresParkedActs } from '../system/parked-acts.js';
import { ids } from './identifiers.js';

/** What of the parked events of projections and processes is done by an operator. */
export function parkedTools(container: Container, operator: string): ParkedTools {
  const engine = container.get(ids.projections);
  const pool = container.get(ids.systemPool);
  const acts = reachable(new PostgresParkedActs(pool));
  const retries = container.get(ActRetries);
  const isProjection = (name: string): boolean => projections.some((projection) => projection.name === name);

  const retryStreams = async (name: string, events: readonly ParkedEvent[]): Promise<Retried[]> => {
    const retried: Retried[] = [];
    for (const stream of new Set(events.map((event) => event.stream))) {
      const { failed } = await engine.unpark(name, stream);
      retried.push({ name, stream, ...whyNot(failed[0]?.error) });
    }
    return retried;
  };
  const retryActs = async (name: string, events: readonly ParkedEvent[]): Promise<Retried[]> => {
    const retried: Retried[] = [];
    for (const event of events) {
      const act = actOf(event);
      try {
        await retries.retry(act);
        await acts.done(act);
        retried.push({ name, stream: event.stream });
      } catch (error) {
        // What ails everybody says nothing of this event.
        if (mayPass(error)) throw error;
        await acts.failed(act, messageOf(error));
        retried.push({ name, stream: event.stream, error: messageOf(error) });
      }
    }
    return retried;
  };

  return {
    operator,
    list: async (name, of) =>
      isProjection(name)
        ? (await engine.parkedEvents(name, of)).map(({ parkedAt, ...event }) => ({
            ...event,
            name,
            target: '',
            since: parkedAt.getTime(),
          }))
        : (await acts.list(name, of)).map(({ event, target, error, since }) => {
            const { stream, revision, position, id, type } = event;
            return { name, stream, revision, position, id, type, target, error, since: since.getTime() };
          }),
    content: async ({ stream, revision, id }) => {
      for await (const [stored] of container.get(ids.store).readStream(stream, { from: revision, maxCount: 1 })) {
        if (stored?.id !== id) break;
        try {
          const [recorded] = await container.get(ids.serializer).open([stored]);
          return { data: recorded?.event?.data ?? null };
        } catch (error) {
          return { unreadable: messageOf(error) };
        }
      }
      return { unreadable: 'the store no longer has it' };
    },
    retry: (name, events) => (isProjection(name) ? retryStreams(name, events) : retryActs(name, events)),
    discard: async (event, decision) => {
      const { name, stream } = event;
      if (!isProjection(name)) return (await acts.discard(actOf(event), decision)) && { name, stream };
      try {
        return { name, stream, ...whyNot(await engine.discard(name, event.id, decision)) };
      } catch (error) {
        if (error instanceof NotParked) return false;
        throw error;
      }
    },
    discarded: () => discardedEvents(pool),
  };
}

const whyNot = (error: unknown): Pick<Retried, 'error'> => (error === undefined ? {} : { error: messageOf(error) });

const actOf = ({ name, stream, revision, position, id, type, target, error }: ParkedEvent): ParkedAct => ({
  process: name,
  event: { stream, revision, position: position as Position, id, type },
  target,
  error: error ?? '',
});
