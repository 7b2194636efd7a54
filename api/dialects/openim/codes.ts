/** 003's error codes and their names on the wire (docs/rules.md D1 "Envelope & validation"). */
export const codes = {
  /** Goes with HTTP 404, as nothing else does. */
  OperationNotFoundError: 404,
  ServerInternalError: 500,
  ArgsError: 1001,
  NoPermissionError: 1002,
  DuplicateKeyError: 1003,
  RecordNotFoundError: 1004,
  UserIDNotFoundError: 1101,
  RegisteredAlreadyError: 1102,
  GroupIDNotFoundError: 1201,
  GroupIDExisted: 1202,
  NotInGroupYetError: 1203,
  DismissedAlreadyError: 1204,
  GroupTypeNotSupport: 1205,
  GroupRequestHandled: 1206,
  BlockedByPeer: 1302,
  NotPeersFriend: 1303,
  MutedInGroup: 1402,
  MutedGroup: 1403,
  MsgAlreadyRevoke: 1404,
  TokenExpiredError: 1501,
  TokenInvalidError: 1502,
  TokenMalformedError: 1503,
  TokenNotValidYetError: 1504,
  TokenUnknownError: 1505,
  TokenKickedError: 1506,
  TokenNotExistError: 1507,
} as const;

export type CodeName = keyof typeof codes;
