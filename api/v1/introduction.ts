import { groupPresets } from '../../domain/group/presets.js';
import type { GroupAct, RuleValues, Standing } from '../../domain/group/rules.js';
import type { PresetName } from '../../domain/group/presets.js';
import { PRESETS } from './by-preset.js';
import type { Tag } from './operation.js';

/** What a reader of the document is told before the operations. */

export const TAGS: Readonly<Record<Tag, string>> = {
  Users: 'Who people are, how they log in, and how they want to be reached.',
  Groups: 'Groups as wholes: made, described, set up, muted, handed over, dismissed.',
  Members: 'Who is in a group, as what, and what becomes of single members.',
  Invitations: 'Naming others: who is asked, who answers, who takes it back.',
  'Join requests': 'Asking to come in, where a group wants its managers’ approval.',
  'Own groups': 'What a user has of groups for himself alone: favourites, and news.',
  Friends: 'Who is in whose list, who asked whom, and who has blocked whom.',
  Conversations: 'What people write to each other and in groups, and what each has for himself of it.',
  History: 'What happened, event by event, as it stands in the log for ever.',
};

const CONVENTIONS = `
Every change is an immutable event, and every command answers with a receipt: whether anything changed, what came of it,
and its \`position\` in the log. A query with \`minPosition\` answers from lists that show at least that much; a query of the
same user through the same server shows what he last did without being told.

**Who calls.** \`POST /v1/users\`, \`POST /v1/sessions\`, then \`Authorization: Bearer <token>\`. App admins may act for another
with \`Parley-On-Behalf-Of\`.

**Repeats.** Commands take an \`Idempotency-Key\`: the same request with the same key is answered as before
(\`Idempotent-Replayed: true\`), for 24 hours. After a 503 \`OutcomeUnknown\` it is the way to ask what became of it.

**Revisions.** \`ETag\` is the revision of a user or group; \`If-Match\` makes a command conditional on it, \`If-None-Match\` a
query.

**Pages** go by cursor: \`next\` of a page is the \`cursor\` of the one after it, of the same list with the same filters.
Whatever stays in a list while one goes through it comes once, also when others come and go.

**Refusals** are \`application/problem+json\` (RFC 9457). \`code\` says what it is, \`facts\` tell about it, and what is wrong with
a request is in \`errors\`, all of it at once. \`correlationId\` names the request in the server's log.

**Moments** are RFC 3339 with their zone, and answered in UTC. Text is measured in Unicode characters unless it says bytes.

**To come.** Answers may get further members, and refusals further codes: pass over what you don't know. A request must not
have members that are not documented.

HEAD is served wherever GET is, and OPTIONS everywhere; they are not listed.
`;

const ORIGINS: Readonly<Record<PresetName, string>> = {
  parley: 'the rules of this API where nothing else is asked for',
  openim: 'groups as OpenIM 3 has them',
  'openim-v2': 'groups as OpenIM 2 had them',
  sealtalk: 'groups as SealTalk has them',
  dtalk: 'groups as dtalk has them',
  'tencent-work': 'Tencent IM’s Work groups, for people who know each other',
  'tencent-public': 'Tencent IM’s Public groups',
  'tencent-meeting': 'Tencent IM’s Meeting groups, which anybody enters and where earlier messages are shown',
  'tencent-avchatroom': 'Tencent IM’s AVChatRooms, for audiences: nobody is added, nothing is kept',
};

const selfJoin = {
  open: 'anybody joins by himself',
  approval: 'joining by oneself needs a manager’s approval',
  closed: 'nobody joins by himself',
} as const;
const memberInvite = {
  joins: 'whom a member invites is in',
  approval: 'an ordinary member’s invitation needs a manager’s approval',
  refused: 'ordinary members invite nobody',
} as const;
const consent = {
  never: 'nobody is asked before he is in',
  byUserSetting: 'who wants to be asked is asked first',
  always: 'everybody is asked first',
} as const;
const ownerLeaves = {
  deny: 'the owner may not leave',
  successor: 'when the owner leaves, another member follows him',
  ownerless: 'when the owner leaves, the group goes on without one',
} as const;

const ACTS: Readonly<Record<GroupAct, string>> = {
  invite: 'invite',
  answerJoinRequests: 'answer join requests',
  editProfile: 'change the profile',
  announce: 'announce',
  changeJoinPolicy: 'change the join policy',
  changeSettings: 'change settings',
  changeRetention: 'change the retention',
  changeMaximum: 'change the maximum',
  muteAll: 'mute everybody',
  transfer: 'hand the group over',
  dismiss: 'dismiss it',
  copy: 'copy it',
};

const WHO: readonly (readonly [Standing, string])[] = [
  ['member', 'Any member may'],
  ['admin', 'owner and admins'],
  ['owner', 'the owner alone'],
  ['appAdmin', 'only an app admin may'],
];

/** The lowest standing that may, and what it may. */
function rights(may: RuleValues['may']): string {
  const acts = Object.entries(may) as [GroupAct, readonly Standing[]][];
  const nobody = acts.filter(([, who]) => who.length === 0).map(([act]) => ACTS[act]);
  const said = WHO.map(([standing, words], index) => {
    const higher = WHO.slice(0, index).map(([lower]) => lower);
    const own = acts
      .filter(([, who]) => who.includes(standing) && !higher.some((lower) => who.includes(lower)))
      .map(([act]) => ACTS[act]);
    return own.length === 0 ? '' : `${words} ${own.join(', ')}`;
  });
  return [...said, nobody.length === 0 ? '' : `nobody may ${nobody.join(', ')}`]
    .filter((each) => each !== '')
    .join('; ');
}

function inWords(name: PresetName): string {
  const { rules, defaults } = groupPresets[name];
  const { values } = rules;
  const admins = values.limits.admins;
  const sentences = [
    `It starts so: ${selfJoin[defaults.joinPolicy.selfJoin]}, ${memberInvite[defaults.joinPolicy.memberInvite]}, ${consent[values.inviteeConsent]}, and it holds ${defaults.maximum.toString()} people (at most ${values.limits.maximum.toString()})`,
    `${rights(values.may)}, and app admins all of that`,
    `${ownerLeaves[values.ownerLeaves]}; when the last one leaves, the group ${values.lastMemberLeaves === 'dismisses' ? 'is dismissed' : 'stays, empty'}`,
    admins === null ? '' : admins === 0 ? 'It has no admins' : `At most ${admins.toString()} admins`,
    values.newcomerSeesEarlier
      ? 'Who comes later sees what was said before'
      : 'Who comes later does not see what was said before',
    values.muteSurvivesRejoining ? 'A mute survives leaving and coming back' : '',
    values.idReusableAfterDismissal ? 'The id of a dismissed group may be given again' : '',
    values.limits.mute.longest === null
      ? ''
      : `A mute lasts at most ${(values.limits.mute.longest / 3_600_000).toString()} hours, or for ever`,
    values.limits.copyInterval === null
      ? ''
      : `It can be copied once in ${(values.limits.copyInterval / 86_400_000).toString()} days`,
  ];
  const said = sentences
    .filter((each) => each !== '')
    .map((each) => `${each.charAt(0).toUpperCase()}${each.slice(1)}.`);
  return `**\`${name}\`**: ${ORIGINS[name]}. ${said.join(' ')}`;
}

const PRESETS_INTRODUCED = `
## Presets

A group lives by the rules that it was made with (\`preset\` of \`POST /groups\`); \`GET /groups/{groupId}/rules\` tells what they
are in one group, and what the caller may do there. How long texts may be in each is said at each text.
`;

/** Made from the very values that decide, so it tells what is so. */
export const introduction = (): string =>
  [CONVENTIONS.trim(), PRESETS_INTRODUCED.trim(), ...PRESETS.map(inWords)].join('\n\n');
