import Type from 'typebox';
import { AuditEvent, UnreadableEvent } from './audit.js';
import { Count, Flag, Named, OneOf, OrNull, Text } from './types.js';
import { UserView } from './views.js';

export const PersonalData = Named('PersonalData', {
  profile: UserView,
  account: Type.Object(
    {
      names: Type.Array(
        Type.Object({
          kind: Text('login'),
          name: OrNull(Text('ada@example.org'), { description: 'null for a phone, of which a keyed hash is kept.' }),
        }),
        { description: 'What he logs in by.' },
      ),
      hasPassword: Flag(true),
      knownNetworks: Count(2, { description: 'From how many networks he came in; hashes of them are kept.' }),
      readUpTo: Type.Array(Type.Object({ conversation: Text('group:book-club'), seq: Count(17) }), {
        description: 'How far he has read.',
      }),
    },
    { description: 'What is kept of him beside the log.' },
  ),
});

export const PersonalEvents = Named('PersonalEvents', {
  items: Type.Array(
    Type.Object({
      side: OneOf(['by', 'to'], { description: 'He did it, or it was done to him.' }),
      event: AuditEvent,
    }),
    { description: 'First what he did, then what others did to him, both oldest first. What others wrote is null.' },
  ),
  unreadable: Type.Array(UnreadableEvent, {
    description: 'Events of this page of which not even who did it can be read any more: somebody changed them.',
    examples: [[]],
  }),
  next: OrNull(Text('aGVsbG8'), {
    description: 'The `cursor` of the next page; null on the last. A page may be short, or empty, and yet have one.',
    examples: [null],
  }),
});
