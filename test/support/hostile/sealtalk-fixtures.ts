import type { Case, DialectFixture, Json } from './dialect-requests.js';
import {
  ABSENT,
  choice,
  type Field,
  id,
  ids,
  ILLEGAL,
  oneOf,
  proof,
  text,
  type WrongValue,
} from './sealtalk-fields.js';
import type { Who } from './world.js';

/** What is sent is told by its fields; a GET by what stands in its path and its query. */
export interface SealtalkFixture extends DialectFixture {
  /** One for each field of the body. */
  readonly fields?: Readonly<Record<string, Field>>;
  /** What somebody of another tenant is told; `allowed`: he does the same with what is his own. */
  readonly stranger?: string;
  /** What is said to an id in the path that nobody has, and to queries that nobody sends who means well. Default: `200`. */
  readonly unknown?: string;
  readonly queries?: readonly string[];
  readonly more?: readonly Case[];
}

/** Phones of those whom `prepare` lets show them, and what they get for it. */
export const phones = {
  fresh: '13900000001',
  fresh2: '13900000002',
  shown: '13900000003',
  shown2: '13900000004',
  newcomer: '13900000005',
  forgetful: '13900000006',
  known: '13900000007',
} as const;
export const PASSWORD = 'secret';
/** Tokens of `newcomer` and `forgetful`. */
export const verificationTokens = new Map<string, string>();

export const NO_GROUP = '404 Unknown group.';
export const SUSPENDED = '403 Group is suspended.';
const NOT_MEMBER = '403 Current user is not group member.';
const NOT_MANAGER = '403 Current user is not group manager.';
const NOT_CREATOR = '400 Unknown group or not creator.';
const NOT_OWNER = '400 Not a group owner .';
const NO_MEMBER = '400 Not a group member .';
const MAY_NOT = '200 {20001}';
const NOTHING_WAITS = '200 {20003}';
const NO_FRIEND = '404 Unknown friend user or invalid status.';
const BAD_PHONE = '400 Invalid region and phone number.';
const UNSTORABLE = '400 This can not be stored as it is.';
const TOO_LARGE = '413 The body is too large.';
const NO_TOKEN = '404 Unknown verification_token.';
const ANYBODY = 'anybody may';

const outsiders = { outsider: NOT_MEMBER } as const;
const creators = { outsider: NOT_CREATOR, member: NOT_CREATOR, admin: NOT_CREATOR } as const;
const managers = (said: string): DialectFixture['mayNot'] => ({ outsider: said, member: said });
const owners = (said: string): DialectFixture['mayNot'] => ({ outsider: said, member: said, admin: said });

const picture = 'https://x.example/a.png';
const portraitUri = (optional = false): Field => {
  const length = '400 Length of portraitUri invalid.';
  if (optional) return text({ optional, max: 256, length });
  const format = '400 Invalid portraitUri format.';
  return text({ min: 12, length: [format, '400 Length of portraitUri invalid.'], unstorable: [format, length] });
};

/** What somebody does to a group. */
const doing = (
  as: Who,
  mayNot: DialectFixture['mayNot'],
  more: Json = {},
  fields: Readonly<Record<string, Field>> = {},
  beside: Partial<SealtalkFixture> = {},
): SealtalkFixture => ({
  as,
  body: (groupId) => ({ groupId, ...more }),
  fields: { groupId: id(), ...fields },
  mayNot,
  writes: true,
  ...beside,
});
const asking: Partial<SealtalkFixture> = { writes: false };
const saidOfNone = (said: string): Partial<SealtalkFixture> => ({ unknownGroup: said, dismissed: said });

const groups: Readonly<Record<string, SealtalkFixture>> = {
  '/group/create': {
    as: 'owner',
    body: () => ({ name: 'New', memberIds: ['owner', 'member'], portraitUri: picture }),
    fields: {
      name: text({ min: 2, max: 32, length: '400 Length of group name is out of limit.' }),
      memberIds: ids("400 Group's member count should be greater than 1 at least."),
      portraitUri: portraitUri(true),
    },
    mayNot: ANYBODY,
    stranger: 'allowed',
    writes: true,
  },
  '/group/add': doing(
    'member',
    outsiders,
    { memberIds: ['newcomer'] },
    { memberIds: ids('400 Empty memberId in memberIds.') },
  ),
  '/group/join': doing('outsider', { member: '400 Should not add exist member to the group.' }),
  '/group/kick': doing(
    'admin',
    managers(NOT_MANAGER),
    { memberIds: ['member2'] },
    { memberIds: ids('400 Can not kick none-member from the group.', '400 Empty memberId.') },
  ),
  '/group/quit': doing('member2', outsiders, {}, {}, { suspended: 'allowed' }),
  '/group/dismiss': doing('owner', creators, {}, {}, saidOfNone(NOT_CREATOR)),
  '/group/transfer': doing(
    'owner',
    {
      outsider: '400 Invalid groupId or userId.',
      member: '403 Can not transfer creator role to yourself.',
      admin: '400 Current user is not group creator.',
    },
    { userId: 'member' },
    { userId: id('400 Invalid groupId or userId.') },
    saidOfNone('400 Invalid groupId or userId.'),
  ),
  ...Object.fromEntries(
    (['/group/set_manager', '/group/remove_manager'] as const).map((path) => [
      path,
      doing(
        'owner',
        {
          outsider: '402 Not in the group.',
          member: '401 No permission to set up an manager.',
          admin: '401 No permission to set up an manager.',
        },
        { memberIds: [path === '/group/set_manager' ? 'member' : 'admin'] },
        // Who isn't in it is passed over.
        { memberIds: ids('200') },
        saidOfNone('402 Not in the group.'),
      ),
    ]),
  ),
  '/group/copy_group': doing(
    'owner',
    managers(MAY_NOT),
    { name: 'Copy', portraitUri: picture },
    {
      name: text({ min: 2, max: 32, length: '400 Length of group name is out of limit.' }),
      portraitUri: portraitUri(true),
    },
    saidOfNone('200 {20006}'),
  ),
  '/group/rename': doing(
    'owner',
    creators,
    { name: 'Chess' },
    { name: text({ min: 2, max: 32, length: '400 Length of name invalid.' }) },
    saidOfNone(NOT_CREATOR),
  ),
  '/group/set_portrait_uri': doing(
    'owner',
    creators,
    { portraitUri: picture },
    { portraitUri: portraitUri() },
    saidOfNone(NOT_CREATOR),
  ),
  '/group/set_bulletin': doing(
    'admin',
    managers(NOT_CREATOR),
    { bulletin: 'No meeting' },
    { bulletin: text({ max: 1_024, length: '400 Length of bulletin invalid.', clears: true }) },
    saidOfNone(NOT_CREATOR),
  ),
  '/group/set_display_name': doing(
    'member',
    { outsider: NO_GROUP },
    { displayName: 'Mim' },
    { displayName: text({ max: 32, length: '400 Length of display name invalid.', clears: true }) },
  ),
  '/group/set_certification': doing('admin', managers(MAY_NOT), { certiStatus: 0 }, { certiStatus: choice() }),
  '/group/mute_all': doing(
    'admin',
    managers(NOT_OWNER),
    { muteStatus: 1, userId: ['member'] },
    { muteStatus: choice(), userId: speakers() },
  ),
  '/group/set_regular_clear': doing('owner', owners(NOT_OWNER), { clearStatus: 3 }, { clearStatus: choice() }),
  '/group/set_member_protection': doing(
    'admin',
    { outsider: NOT_MEMBER, member: NOT_MANAGER },
    { memberProtection: 1 },
    { memberProtection: choice() },
  ),
  '/group/fav': doing('outsider', ANYBODY, {}, {}, { ...saidOfNone('400 Unknown group.'), suspended: 'allowed' }),
  'DELETE /group/fav': doing(
    'member',
    ANYBODY,
    {},
    {},
    {
      asked: [['/group/fav', 'member', { groupId: 'st-delete-group-fav' }]],
      unknownGroup: 'allowed',
      dismissed: 'allowed',
      suspended: 'allowed',
      stranger: 'allowed',
    },
  ),
  '/group/set_member_info': doing(
    'member',
    { outsider: NOT_MEMBER, member2: NOT_MANAGER },
    {
      memberId: 'member',
      groupNickname: 'Mim',
      region: '86',
      phone: '1',
      WeChat: 'w',
      Alipay: 'a',
      memberDesc: ['reads'],
    },
    {
      memberId: id(NOT_MANAGER),
      groupNickname: text({
        optional: true,
        clears: true,
        max: 32,
        length: '400 Length of display name invalid.',
        unstorable: ILLEGAL,
      }),
      ...Object.fromEntries(
        ['region', 'phone', 'WeChat', 'Alipay'].map((name) => [
          name,
          text({ optional: true, clears: true, length: ILLEGAL }),
        ]),
      ),
      memberDesc: lines(),
    },
    saidOfNone(NO_MEMBER),
  ),
  '/group/get_member_info': doing(
    'member',
    { outsider: NO_MEMBER },
    { memberId: 'owner' },
    { memberId: id(NO_MEMBER) },
    { ...asking, ...saidOfNone(NO_MEMBER) },
  ),
  '/group/agree': doing(
    'admin',
    managers(MAY_NOT),
    { receiverId: 'newcomer', status: 1 },
    { receiverId: id(NOTHING_WAITS), status: choice() },
    {
      asked: [
        ['/group/set_certification', 'owner', { groupId: 'st-group-agree', certiStatus: 0 }],
        ['/group/add', 'member', { groupId: 'st-group-agree', memberIds: ['newcomer'] }],
      ],
      ...saidOfNone(NOTHING_WAITS),
    },
  ),
  'GET /group/notice_info': { as: 'newcomer', mayNot: ANYBODY, stranger: 'allowed', writes: false },
  '/group/clear_notice': { as: 'newcomer', mayNot: ANYBODY, stranger: 'allowed', writes: true },
  'GET /group/get_bulletin': {
    as: 'member',
    query: (groupId) => ({ groupId }),
    asked: [['/group/set_bulletin', 'owner', { groupId: 'st-get-group-get-bulletin', bulletin: 'Monday off' }]],
    mayNot: { outsider: '402 No group bulletin.' },
    ...saidOfNone('402 No group bulletin.'),
    // It has none.
    suspended: '402 No group bulletin.',
    queries: ['402 No group bulletin.', ILLEGAL],
    writes: false,
  },
  'GET /group/{id}': {
    as: 'outsider',
    params: (id_) => ({ id: id_ }),
    mayNot: ANYBODY,
    dismissed: 'allowed',
    unknown: NO_GROUP,
    writes: false,
  },
  'GET /group/{id}/members': {
    as: 'member',
    params: (id_) => ({ id: id_ }),
    mayNot: { outsider: '403 Only group member can get group member info.' },
    dismissed: NO_GROUP,
    unknown: NO_GROUP,
    writes: false,
  },
  '/group/get_regular_clear': doing(
    'member',
    ANYBODY,
    {},
    {},
    { ...asking, unknownGroup: 'allowed', stranger: 'allowed' },
  ),
  '/group/exited_list': doing(
    'admin',
    managers('400 Current user is not group manager.'),
    {},
    {},
    { ...asking, ...saidOfNone('400 Current user is not group manager.') },
  ),
};

/** Those who may go on speaking; nobody, by an empty text as well. */
function speakers(): Field {
  const wrong = ids(NO_MEMBER).wrong('userId');
  return {
    wrong: () =>
      wrong.flatMap((one): WrongValue[] =>
        ['missing', 'null', '""', '[]'].includes(one.what)
          ? []
          : [{ ...one, said: one.said === ILLEGAL ? ILLEGAL : NO_MEMBER }],
      ),
  };
}

/** A list of lines, or one. */
function lines(): Field {
  return {
    wrong: () =>
      [true, {}, [{}], [['a']], [null], ['a\0b'], 'a\ud800b', 'x'.repeat(100_000)].map((value) => ({
        what: JSON.stringify(value).slice(0, 60),
        value,
        said: ILLEGAL,
      })),
  };
}

/** Nobody is asked who he is; so a body that isn't short is too large. */
const open = (
  body: Json,
  fields: Readonly<Record<string, Field>>,
  beside: Partial<SealtalkFixture> = {},
): SealtalkFixture => ({
  body: () => body,
  fields,
  mayNot: ANYBODY,
  writes: false,
  ...beside,
});
const ofPhone = (said: string): Readonly<Record<string, Field>> => ({
  region: proof([said, TOO_LARGE, '400 Empty region.', ILLEGAL]),
  phone: proof([said, TOO_LARGE, '400 Empty phone.', ILLEGAL]),
});
const newPassword = (length: string): Field =>
  text({ min: 6, max: 20, length: [length, TOO_LARGE], unstorable: [length, ILLEGAL] });
const nickname = (length: string): Field =>
  text({ max: 32, length: [length, TOO_LARGE], unstorable: [ILLEGAL, NO_TOKEN] });
const verification_token = oneOf(['400 Invalid verification_token.', TOO_LARGE], {
  what: 'nobody’s',
  value: '00000000-0000-4000-8000-000000000000',
  said: NO_TOKEN,
});
const NO_NICKNAME = '400 Length of nickname invalid.';
const BAD_LENGTH = '400 Length of password invalid.';
const sendCode = (phone: string): SealtalkFixture => open({ region: '86', phone }, ofPhone(BAD_PHONE));
const verifyCode = (phone: string): SealtalkFixture =>
  open(
    { region: '86', phone, code: '9999' },
    { ...ofPhone('404 Unknown phone number.'), code: oneOf(['200 {1000}', TOO_LARGE]) },
  );

const accounts: Readonly<Record<string, SealtalkFixture>> = {
  '/user/send_code': sendCode(phones.fresh),
  '/user/send_code_yp': sendCode(phones.fresh2),
  '/user/verify_code': verifyCode(phones.shown),
  '/user/verify_code_yp': verifyCode(phones.shown2),
  'GET /user/regionlist': { mayNot: ANYBODY, writes: false },
  '/user/check_phone_available': open({ region: '86', phone: phones.fresh }, ofPhone(BAD_PHONE)),
  '/user/register': {
    ...open(
      {},
      { nickname: nickname(NO_NICKNAME), password: newPassword(BAD_LENGTH), verification_token },
      { writes: true },
    ),
    body: () => ({
      nickname: 'New',
      password: PASSWORD,
      verification_token: verificationTokens.get(phones.newcomer) ?? '',
    }),
  },
  '/user/login': open(
    { region: '86', phone: phones.known, password: PASSWORD },
    { ...ofPhone(BAD_PHONE), password: oneOf(['200 {1001}', TOO_LARGE, ILLEGAL]) },
  ),
  '/user/reset_password': {
    ...open({}, { password: newPassword(BAD_LENGTH), verification_token }),
    body: () => ({ password: 'another', verification_token: verificationTokens.get(phones.forgetful) ?? '' }),
  },
  '/user/logout': { as: 'goer', mayNot: ANYBODY, stranger: 'allowed', writes: false },
  '/user/change_password': {
    as: 'keeper',
    body: () => ({ oldPassword: 'long enough', newPassword: 'longer' }),
    fields: {
      oldPassword: oneOf(['200 {1000}', ILLEGAL]),
      newPassword: text({ min: 6, max: 20, length: '400 Invalid new password length.' }),
    },
    mayNot: { outsider: '403 No permission.' },
    stranger: '403 No permission.',
    writes: false,
  },
  'GET /user/get_token': { as: 'member', mayNot: ANYBODY, stranger: 'allowed', writes: false },
};

/** What is one's own alone. */
const own = (body: Json, fields: Readonly<Record<string, Field>>, as: Who = 'member'): SealtalkFixture => ({
  as,
  body: () => body,
  fields,
  mayNot: ANYBODY,
  stranger: 'allowed',
  writes: true,
});
const flag = oneOf(
  ILLEGAL,
  ...[true, {}, ['a'], '1', 2, -1, 0.5].map((value) => ({
    what: JSON.stringify(value),
    value,
    said: ILLEGAL,
  })),
);
const flags = ['phoneVerify', 'stSearchVerify', 'friVerify', 'groupVerify'];
const anyOf = (field: Field): Field => ({
  wrong: (name) => field.wrong(name).filter(({ what }) => what !== 'missing'),
});

const profiles: Readonly<Record<string, SealtalkFixture>> = {
  '/user/set_nickname': own(
    { nickname: 'Mim' },
    { nickname: text({ max: 32, length: '400 Invalid nickname length.', unstorable: ILLEGAL }) },
  ),
  '/user/set_portrait_uri': own(
    { portraitUri: picture },
    {
      portraitUri: text({
        min: 12,
        length: ['400 Invalid portraitUri format.', '400 Invalid portraitUri length.'],
        unstorable: '400 Invalid portraitUri format.',
      }),
    },
  ),
  '/user/set_privacy': {
    ...own(
      Object.fromEntries(flags.map((name) => [name, 0])),
      Object.fromEntries(flags.map((name) => [name, anyOf(flag)])),
    ),
    more: [{ what: 'nothing', change: { body: {} }, codes: '400 Parameter is empty.' }],
  },
  'GET /user/get_privacy': { as: 'member', mayNot: ANYBODY, stranger: 'allowed', writes: false },
  '/user/add_to_blacklist': {
    ...own({ friendId: 'hal' }, { friendId: id('404 friendId is not an available userId.') }, 'amy'),
    stranger: '404 friendId is not an available userId.',
  },
  '/user/remove_from_blacklist': own({ friendId: 'ida' }, { friendId: id('200') }, 'amy'),
  'GET /user/groups': { as: 'member', mayNot: ANYBODY, stranger: 'allowed', writes: false },
  'GET /user/favgroups': {
    as: 'member',
    query: () => ({ limit: '10', offset: '0' }),
    mayNot: ANYBODY,
    stranger: 'allowed',
    queries: ['200', ILLEGAL],
    writes: false,
  },
  'GET /user/batch': {
    as: 'outsider',
    query: () => ({ id: 'owner' }),
    mayNot: ANYBODY,
    stranger: 'allowed',
    queries: ['200', ILLEGAL],
    writes: false,
  },
  'GET /user/find/{region}/{phone}': {
    as: 'outsider',
    params: () => ({ region: '86', phone: phones.known }),
    mayNot: ANYBODY,
    stranger: '404 Unknown user.',
    unknown: BAD_PHONE,
    writes: false,
  },
  'GET /user/find_user': {
    as: 'outsider',
    query: () => ({ region: '86', phone: phones.known }),
    mayNot: ANYBODY,
    stranger: '404 Unknown user.',
    queries: ['400 Parameter is empty.', '404 Unknown user.', ILLEGAL],
    writes: false,
  },
  'GET /user/blacklist': { as: 'amy', mayNot: ANYBODY, stranger: 'allowed', writes: false },
  'GET /user/{id}': {
    as: 'outsider',
    params: () => ({ id: 'owner' }),
    mayNot: ANYBODY,
    stranger: '404 Unknown user.',
    unknown: '404 Unknown user.',
    writes: false,
  },
};

/** What somebody does about a friend, which nobody else has. */
const aboutFriend = (
  friendId: string,
  more: Json = {},
  fields: Readonly<Record<string, Field>> = {},
  beside: Partial<SealtalkFixture> = {},
): SealtalkFixture => ({
  as: 'amy',
  body: () => ({ friendId, ...more }),
  fields: { friendId: id(NO_FRIEND), ...fields },
  mayNot: { outsider: NO_FRIEND },
  stranger: NO_FRIEND,
  writes: true,
  ...beside,
});
const requestTo = (friendId: string, by: Who): Pick<SealtalkFixture, 'asked'> => ({
  asked: [['/friendship/invite', by, { friendId, message: 'hello' }]],
});
const displayName = (optional: boolean): Field =>
  text({ optional, clears: true, max: 32, length: '400 Length of displayName is out of limit.', unstorable: ILLEGAL });

const friends: Readonly<Record<string, SealtalkFixture>> = {
  '/friendship/invite': {
    ...aboutFriend('bea', { message: 'It is me' }),
    fields: {
      friendId: id('404 Unknown user.'),
      message: text({ max: 64, length: '400 Length of friend request message is out of limit.', unstorable: ILLEGAL }),
    },
    mayNot: ANYBODY,
    stranger: '404 Unknown user.',
  },
  '/friendship/agree': aboutFriend('cal', {}, {}, requestTo('amy', 'cal')),
  '/friendship/ignore': aboutFriend('dot', {}, {}, requestTo('amy', 'dot')),
  '/friendship/delete': aboutFriend('eli'),
  '/friendship/batch_delete': {
    ...own({ friendIds: ['fay'] }, { friendIds: ids('200') }, 'amy'),
  },
  '/friendship/set_display_name': aboutFriend('gus', { displayName: 'Gu' }, { displayName: displayName(false) }),
  '/friendship/set_friend_description': aboutFriend(
    'gus',
    { displayName: 'G', region: '86', phone: '1', description: 'd', imageUri: 'i' },
    {
      displayName: displayName(true),
      ...Object.fromEntries(
        ['region', 'phone'].map((name) => [
          name,
          {
            wrong: () => [
              { what: 'missing', value: ABSENT, said: '400 region or phone is empty.' },
              ...text({ optional: true, clears: true, length: ILLEGAL }).wrong(name),
            ],
          },
        ]),
      ),
      description: text({ optional: true, clears: true, length: ILLEGAL }),
      imageUri: text({ optional: true, clears: true, length: ILLEGAL }),
    },
  ),
  'GET /friendship/all': { as: 'amy', mayNot: ANYBODY, stranger: 'allowed', writes: false },
  'GET /friendship/{id}/profile': {
    as: 'amy',
    params: () => ({ id: 'gus' }),
    mayNot: { outsider: '403 Current user is not friend of user ….' },
    stranger: '403 Current user is not friend of user ….',
    unknown: '403 Current user is not friend of user ….',
    writes: false,
  },
  '/friendship/get_friend_description': aboutFriend('gus', {}, {}, { writes: false }),
  '/friendship/get_contacts_info': {
    ...own({ contactList: [phones.known] }, { contactList: contacts() }, 'amy'),
    writes: false,
  },
  '/misc/send_message': {
    as: 'member',
    body: (targetId) => ({
      conversationType: 'GROUP',
      targetId,
      objectName: 'RC:TxtMsg',
      content: { content: 'hello' },
      pushContent: 'hello',
    }),
    fields: {
      conversationType: oneOf('403 Unsupported conversation type.'),
      targetId: id(),
      objectName: text({ length: ILLEGAL }),
      content: content(),
      // Kept as JSON, which holds any text.
      pushContent: text({ optional: true, clears: true, length: ILLEGAL, unstorable: '' }),
    },
    mayNot: { outsider: '403 Your are not member of Group ….' },
    unknownGroup: '403 Your are not member of Group ….',
    dismissed: '403 Your are not member of Group ….',
    more: [
      {
        what: 'to nobody',
        change: {
          body: { conversationType: 'PRIVATE', targetId: 'nobody-at-all', objectName: 'RC:TxtMsg', content: '{}' },
        },
        codes: '403 User … is not your friend.',
      },
      {
        what: 'to one who is no friend',
        change: {
          body: { conversationType: 'PRIVATE', targetId: 'outsider', objectName: 'RC:TxtMsg', content: '{}' },
        },
        codes: '403 User … is not your friend.',
      },
    ],
    writes: true,
  },
};

/** Phones, of which those that can't be one are nobody's. */
function contacts(): Field {
  return {
    wrong: (name) => [
      { what: 'missing', value: ABSENT, said: `400 Empty ${name}.` },
      ...[null, '', []].map((value) => ({ what: JSON.stringify(value), value, said: `400 Empty ${name}.` })),
      ...[['a\0b'], ['x'.repeat(100_000)], [{}], [null], [7]].map((value) => ({
        what: JSON.stringify(value).slice(0, 60),
        value,
        said: '200',
      })),
      { what: '1,500 items', value: Array.from({ length: 1_500 }, () => '1'), said: ILLEGAL },
    ],
  };
}

function content(): Field {
  return {
    wrong: (name) => [
      { what: 'missing', value: ABSENT, said: `400 Empty ${name}.` },
      ...[null, '', []].map((value) => ({ what: JSON.stringify(value), value, said: `400 Empty ${name}.` })),
      ...[true, 7, ['a'], 'a\0b', 'x'.repeat(100_000), { content: 'x'.repeat(100_000) }].map((value) => ({
        what: JSON.stringify(value).slice(0, 60),
        value,
        said: [ILLEGAL, UNSTORABLE],
      })),
    ],
  };
}

/** One for each operation. */
export const sealtalkFixtures: Readonly<Record<string, SealtalkFixture>> = {
  ...groups,
  ...accounts,
  ...profiles,
  ...friends,
};
