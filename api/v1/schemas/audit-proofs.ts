import Type from 'typebox';
import { Count, Moment, Named, OrNull, Text } from './types.js';

const Base64 = Text('3q2+7w==', { description: 'SHA-256, base64.' });
const size = (description: string) => Count(250, { description });

export const CheckpointList = Named('CheckpointList', {
  key: OrNull(Text('parley+1a2b3c4d+AU…'), {
    description:
      'The public key now, `name+id+key`; null: nothing is signed. Believe it only as it was told elsewhere.',
  }),
  items: Type.Array(
    Named('Checkpoint', {
      size: size('Events under it.'),
      sealedAt: Moment(),
      checkpoint: Text('parley\n250\n…', { description: 'A signed note (C2SP tlog-checkpoint).' }),
    }),
  ),
});

export const EventProof = Named('EventProof', {
  format: Text('parley-proof-1'),
  key: Type.Optional(Text('parley+1a2b3c4d+AU…')),
  index: Count(17, { description: 'Its place in the log, from 0.' }),
  size: size('Events under the checkpoint.'),
  hashes: Type.Array(Base64, { description: 'From its leaf to the root (RFC 6962).' }),
  checkpoint: Text('parley\n250\n…', { description: 'A signed note.' }),
  event: Type.Unsafe<object>({
    type: 'object',
    description: 'The event as a CloudEvent, with its stored text.',
    examples: [{ specversion: '1.0', type: 'MemberMuted' }],
  }),
});

export const ConsistencyProof = Named('ConsistencyProof', {
  first: size('Of the older checkpoint.'),
  second: size('Of the newer one.'),
  hashes: Type.Array(Base64, { description: 'In the order of RFC 6962.' }),
});
