import Type from 'typebox';
import { Count, Flag, GroupId, Named, OneOf, OrNull, Text } from './types.js';

const ROLES = ['owner', 'admin', 'member'] as const;

const Bound = Named(
  'LengthBound',
  { min: Count(1), max: Count(100), unit: OneOf(['characters', 'bytes']) },
  { description: 'Characters are Unicode code points, bytes those of UTF-8.' },
);

const reached = (whom: string) => Type.Array(OneOf(ROLES), { description: `The roles of those ${whom}.` });

export const GroupRulesView = Named('GroupRules', {
  groupId: GroupId(),
  preset: Text('parley'),
  version: Count(1, { description: 'Of the preset’s values.' }),
  role: OrNull(OneOf(ROLES), { description: 'What the caller is in the group; null: an app admin who is no member.' }),
  may: Type.Object(
    {
      invite: Flag(true),
      answerJoinRequests: Flag(true),
      editProfile: Flag(true),
      announce: Flag(true),
      changeJoinPolicy: Flag(true),
      changeSettings: Flag(true),
      changeRetention: Flag(true),
      changeMaximum: Flag(true),
      muteAll: Flag(true),
      transfer: Flag(true),
      dismiss: Flag(true),
      copy: Flag(true),
    },
    { description: 'What the caller may do to the group as a whole.' },
  ),
  reach: Type.Object(
    {
      remove: reached('whom the caller may remove'),
      mute: reached('whom the caller may mute'),
      changeRole: reached('whom the caller may make an admin, or a member again'),
      editCard: reached('whose cards the caller may change, beside his own'),
    },
    { description: 'Whom the caller’s acts reach.' },
  ),
  inviteeConsent: OneOf(['never', 'byUserSetting', 'always'], { description: 'Whether who is named is asked.' }),
  ownerLeaves: OneOf(['deny', 'successor', 'ownerless'], { description: 'What comes of the owner’s leaving.' }),
  lastMemberLeaves: OneOf(['dismisses', 'staysEmpty']),
  newcomerSeesEarlier: Flag(false),
  muteSurvivesRejoining: Flag(true),
  idReusableAfterDismissal: Flag(false),
  joinPolicies: Type.Object(
    {
      selfJoin: Type.Array(OneOf(['open', 'approval', 'closed'])),
      memberInvite: Type.Array(OneOf(['joins', 'approval', 'refused'])),
    },
    { description: 'What the join policy may be set to.' },
  ),
  limits: Type.Object({
    name: Bound,
    introduction: Bound,
    announcement: Bound,
    avatar: Bound,
    ext: Bound,
    customFields: Type.Object({ count: Count(20), key: Bound, value: Bound }),
    cardName: Bound,
    reason: Bound,
    maximum: Count(100_000, { description: 'How many people the group may be given room for.' }),
    admins: OrNull(Count(10), { description: 'null: as many as members.', examples: [null] }),
    initialMembers: Count(500),
    listItems: Count(500, { description: 'People in one list of a command at most.' }),
    muteSeconds: OrNull(Count(86_400), { description: 'How long a mute may last; null: any time.', examples: [null] }),
    muteForEver: Flag(true),
    copyIntervalSeconds: OrNull(Count(604_800), {
      description: 'A group younger than this, or copied more recently, can not be copied; null: no bound.',
      examples: [null],
    }),
  }),
});
