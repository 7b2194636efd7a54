/**
 * 001's codes that are sent, with what each says (docs/rules.md D3): those of the gateway, which looks at the URL and at who calls, then those of its
 * group service.
 */
export const codes = {
  malformedUrl: [60_002, 'the request is not an HTTP request of this API'],
  notJson: [60_003, 'the request body is not JSON'],
  noIdentity: [60_004, 'identifier or usersig is missing or can not be read'],
  wrongSignature: [60_005, 'identifier and usersig do not belong together'],
  unknownApp: [60_006, 'no such sdkappid'],
  away: [60_008, 'the service does not answer in time'],
  noSuchResource: [60_009, 'nothing is served at this URL'],
  notAppAdmin: [60_010, 'only an app admin may call'],
  noApp: [60_012, 'the URL has no sdkappid'],
  internal: [10_002, 'internal error'],
  noSuchCommand: [10_003, 'no such command'],
  badParameters: [10_004, 'invalid parameters'],
  tooManyAccounts: [10_005, 'too many accounts in one request'],
  tooOften: [10_006, 'too many requests, try again later'],
  noPermission: [10_007, 'no permission, or not supported for this type of group'],
  ownerStays: [10_009, 'the owner can not quit'],
  noSuchGroup: [10_010, 'no such group'],
  notAnObject: [10_011, 'the request body is no JSON object'],
  alreadyMember: [10_013, 'already a member'],
  groupFull: [10_014, 'the group is full'],
  badGroupId: [10_015, 'invalid group id'],
  muted: [10_017, 'muted in the group'],
  tooLarge: [10_018, 'the request is too large'],
  noSuchUser: [10_019, 'no such user'],
  groupIdTaken: [10_021, 'the group id is taken'],
  messagesTooOften: [10_023, 'too many messages in the group'],
  handled: [10_024, 'the request was handled already'],
  groupIdOwn: [10_025, 'the group id is taken, by a group of the same owner'],
  disabled: [10_026, 'not available'],
  noSuchMessage: [10_030, 'no such message to recall'],
  recallTooLate: [10_031, 'the message is too old to be recalled'],
  recallTwice: [10_032, 'the message can not be recalled'],
  recallUnsupported: [10_033, 'this type of group has no recall'],
  messageTooLong: [80_002, 'the message is too long'],
} as const satisfies Readonly<Record<string, readonly [code: number, text: string]>>;

export type CodeName = keyof typeof codes;
