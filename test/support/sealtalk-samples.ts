/** The request samples of seed 004, byte for byte; many are JavaScript and no JSON. */
export interface SealtalkSample {
  readonly method: 'POST' | 'DELETE';
  readonly path: string;
  readonly body: string;
  /** What the text itself is answered with. */
  readonly verbatim: string;
  /** What is answered to the object that it describes; absent: the same. */
  readonly meant?: string;
}

const NOT_JSON = '400 The body is not JSON.';
const GROUP = '{\n\tgroupId: "KC6kot3ID"\n}';

const described = (path: string, body: string, meant: string, method: 'POST' | 'DELETE' = 'POST'): SealtalkSample => ({
  method,
  path,
  body,
  verbatim: NOT_JSON,
  meant,
});
const json = (path: string, body: string, verbatim: string): SealtalkSample => ({
  method: 'POST',
  path,
  body,
  verbatim,
});

const NO_GROUP = '404 Unknown group.';
const NOT_CREATOR = '400 Unknown group or not creator.';

export const seedSamples: readonly SealtalkSample[] = [
  json(
    '/group/create',
    '{\n\t"name": "RongCloud",\n\t"memberIds": ["AUj8X32w1", "ODbpJIgrL"],\n\t"portraitUri":"http://rongcloud-file.r"\n}',
    '200',
  ),
  json('/group/add', '{\n\t"groupId": "KC6kot3ID",\n\t"memberIds": ["52dzNbLBZ"]\n}', NO_GROUP),
  described('/group/join', GROUP, NO_GROUP),
  json('/group/kick', '{\n\t"groupId": "KC6kot3ID",\n\t"memberIds": ["52dzNbLBZ"]\n}', NO_GROUP),
  described('/group/quit', GROUP, NO_GROUP),
  described('/group/dismiss', GROUP, NOT_CREATOR),
  described(
    '/group/transfer',
    '{\n\tgroupId: "KC6kot3ID",\n\tuserId: "52dzNbLBZ"\n}',
    '400 Invalid groupId or userId.',
  ),
  described(
    '/group/set_manager',
    '{\n\tgroupId: "KC6kot3ID",\n\tmemberIds: [ \'52dzNbLBZ\' ]\n}',
    '402 Not in the group.',
  ),
  described(
    '/group/remove_manager',
    '{\n\tgroupId: "KC6kot3ID",\n\tmemberIds: [ \'52dzNbLBZ\' ]\n}',
    '402 Not in the group.',
  ),
  described('/group/rename', '{\n\tgroupId: "KC6kot3ID",\n\tname: "RongCloud"\n}', NOT_CREATOR),
  described('/group/fav', GROUP, '400 Unknown group.'),
  described('/group/fav', GROUP, '200', 'DELETE'),
  described('/group/set_bulletin', '{\n\tgroupId: "KC6kot3ID",\n\tbulletin: "明天 4 点下班"\n}', NOT_CREATOR),
  described(
    '/group/set_portrait_uri',
    '{\n\tgroupId: "KC6kot3ID",\n\tportraitUri: "http://7xogjk.com1.z0.glb.clouddn.com/u0LUuhzHm1466557920584458984"\n}',
    NOT_CREATOR,
  ),
  described('/group/set_display_name', '{\n\tgroupId: "KC6kot3ID",\n\tdisplayName: "Martin"\n}', NO_GROUP),
  described(
    '/group/mute_all',
    '{\n\t"groupId":"1232s",\n\t"muteStatus": 1,\n\t"userId": "" //不设置传空\t\n}',
    NO_GROUP,
  ),
  described('/group/set_regular_clear', '{\n\t"groupId":"1232s",\n\t"clearStatus": 3 //清理 3 天前\t\n}', NO_GROUP),
  json(
    '/group/set_member_info',
    '{\n\t"groupNickname": "lee",\n\t"region": "86",\n\t"phone": "19990001233",\n\t"WeChat": "yt001",\n\t"Alipay":  "yt002",\n\t"memberDesc": "[\'描述1\',\'描述2\',\'描述3\']"\n}',
    '400 Empty groupId.',
  ),
  json(
    '/group/copy_group',
    '{\n\t"groupId": "dljpFS2",\n\t"name": "RongCloud",\n\t"portraitUri":"http://rongcloud-file.r"\n}',
    '200 {20006}',
  ),
];
