/**
 * 002's codes and their texts, which clients show (docs/rules.md D4). Those that the original defines and never sends are not
 * here: a disbanding or a transfer by who isn't the owner is `ownerNeeded`.
 */
export const codes = {
  inner: [-1000, '访问失败'],
  badSignature: [-1010, '无效签名'],
  signatureExpired: [-1011, '签名过期'],
  badParameters: [-1012, '请求参数错误'],
  groupBlocked: [-10001, '群正在被封禁中'],
  groupDisbanded: [-10002, '群已被解散'],
  groupFull: [-10003, '超出群人数上限'],
  inviteDenied: [-10005, '邀请群成员权限不足'],
  nobodyLeftToInvite: [-10010, '被邀请人已经都在本群中'],
  adminNeeded: [-10012, '需要管理员权限'],
  ownerNeeded: [-10013, '需要群主权限'],
  notInGroup: [-10015, '你已不在本群中'],
  otherNotInGroup: [-10016, '对方不在本群中'],
  transferToSelf: [-10017, '不能把群转让给自己'],
  tooManyAdmins: [-10019, '管理员数量已满'],
  noSuchGroup: [-10020, '该群号不存在'],
  higherRoleNeeded: [-10021, '需要更高权限'],
  ownerCannotExit: [-10022, '群主不能主动退群'],
  acceptedButIn: [-10023, '被邀请加入的用户已经是群成员'],
  ownerSetsAdmins: [-10026, '只有群主可以设置管理员'],
  managerCannotBeMuted: [-10027, '群主或管理员不能被禁言'],
  applicationHandled: [-10028, '该申请已处理'],
  alreadyInGroup: [-10029, '你已在本群中'],
  noSuchApplication: [-10030, '该申请不存在'],
} as const;

export type CodeName = keyof typeof codes;
