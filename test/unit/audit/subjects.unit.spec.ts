import { expect } from 'chai';
import { concernedBy, historyTypes } from '../../../application/audit/subjects.js';
import type { StreamId } from '../../../application/streams.js';
import type { Actor } from '../../../domain/shared/actor.js';
import type { DomainEvent } from '../../../domain/shared/event.js';
import { eventRegistry } from '../../../infrastructure/serialization/registry.js';
import { auditLogProjection } from '../../../projections/audit-log.projection.js';
import { samples } from '../../golden/samples.js';

const CHAT: StreamId = { category: 'conversation', tenant: 't', kind: 'single', a: 'ann', b: 'ben' };
const CLUB: StreamId = { category: 'group', tenant: 't', groupId: 'club' };
const SERVER: Actor = { kind: 'system', id: 'process' };

/** A message and not a line of the server's, where it is one. */
const event = (type: keyof typeof samples): DomainEvent => ({ type, data: { ...samples[type], notice: undefined } });

describe('whom an event concerns', () => {
  it('is said of every type that is written, in the schema in which the audit log takes it', () => {
    const written = eventRegistry.types.map(({ type }) => type);
    expect(historyTypes).to.have.members(written);
    expect(auditLogProjection.handles).to.deep.equal(
      Object.fromEntries(eventRegistry.types.map(({ type, version }) => [type, version])),
    );
  });

  it('names everybody of whom the event holds something personal, whoever did it', () => {
    for (const type of historyTypes) {
      const { by, to } = concernedBy(event(type), SERVER, CHAT);
      const data: Readonly<Record<string, unknown>> = { ...samples[type] };
      const owners = (eventRegistry.writable(type)?.personal ?? []).map(({ subject }) => data[subject]);
      expect([...by, ...to], type).to.include.members(owners);
    }
  });

  it('given that somebody acts for another, then both did it, and neither is told as one to whom it was done', () => {
    const actor: Actor = { kind: 'appAdmin', id: 'root', onBehalfOf: 'ann' };
    expect(concernedBy(event('MemberMuted'), actor, CLUB)).to.deep.equal({
      by: ['root', 'ann'],
      to: ['ben'],
      groupId: 'club',
    });
    const sent: DomainEvent = {
      type: 'MessageSent',
      data: { ...event('MessageSent').data, mentions: [] },
    };
    expect(concernedBy(sent, { kind: 'user', id: 'ann' }, CHAT)).to.deep.equal({
      by: ['ann'],
      to: ['ben'],
      groupId: undefined,
    });
  });

  it('of what the server did by itself is nobody who did it', () => {
    expect(
      concernedBy(event('ConversationClosed'), SERVER, {
        ...CLUB,
        category: 'conversation',
        kind: 'group',
        incarnation: 1,
      }),
    ).to.deep.equal({ by: [], to: [], groupId: 'club' });
  });
});
