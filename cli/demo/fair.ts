import { createHmac } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { deflateSync } from 'node:zlib';
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { loadSync, type ServiceDefinition } from '@grpc/proto-loader';
import { DemoFailed, type Person } from './client.js';
import type { Narrator } from './narrator.js';

/** Where the four older APIs of a server are, and what their callers show. */
export interface AllApis {
  /** `127.0.0.1:10150` */
  readonly grpc: string;
  readonly tencent: { readonly sdkappid: number; readonly secret: string; readonly identifier: string };
}

/** Whom the demo's server takes for signed in by dtalk's test signature. */
const DEE = { userId: '1FKxgaEh5fuSm7a35BfUnKYAmradowpiTR', name: 'Dee' };

type Fields = Readonly<Record<string, unknown>>;

interface FairCast {
  readonly ada: Person;
  readonly bob: Person;
  readonly eve: Person;
}

/**
 * One group by all five APIs and /v1, each caller with the app that he has.
 * @returns its id
 * @throws DemoFailed when the server does something else than the story says
 */
export async function streetFair(narrator: Narrator, url: string, apis: AllApis, cast: FairCast): Promise<string> {
  const { ada, bob, eve } = cast;
  const rpcs = new Rpcs(apis.grpc);
  const told = (name: string, words: string, { wire, code, answer }: Answered, refused = 0): void => {
    if (code !== refused) throw new DemoFailed(`${name} ${words} (${wire}): ${answer}`);
    narrator.told({ name }, words, wire, answer);
  };
  const post = async (path: string, body: object, headers: Readonly<Record<string, string>> = {}) => {
    const response = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(30_000),
    });
    return { status: response.status, text: await response.text() };
  };

  const sig = userSigOf(apis.tencent);
  const tencent = async (command: string, body: object): Promise<Answered> => {
    const { sdkappid, identifier } = apis.tencent;
    const path = `/v4/group_open_http_svc/${command}`;
    const { text } = await post(
      `${path}?sdkappid=${sdkappid.toString()}&identifier=${identifier}&usersig=${sig}`,
      body,
    );
    const { ActionStatus, ErrorCode, ErrorInfo, ...more } = JSON.parse(text) as Fields & { ErrorCode: number };
    const answer = [ActionStatus, ErrorCode === 0 ? shortly(more) : `${ErrorCode.toString()} ${String(ErrorInfo)}`];
    return { wire: `POST ${path} ${JSON.stringify(body)}`, code: ErrorCode, answer: answer.join(' '), data: more };
  };
  const openim = async ({ token }: Person, path: string, body: object): Promise<Answered> => {
    const { text } = await post(`/openim${path}`, body, { token, operationID: 'demo' });
    const { errCode, errMsg } = JSON.parse(text) as { errCode: number; errMsg: string };
    return {
      wire: `POST /openim${path} ${JSON.stringify(body)}`,
      code: errCode,
      answer: `${errCode.toString()} ${errMsg}`,
    };
  };
  const sealtalk = async ({ token }: Person, path: string, body: object): Promise<Answered> => {
    const { status, text } = await post(`/sealtalk${path}`, body, { cookie: `rong_im_auth=${token}` });
    const code = status === 200 ? 0 : status;
    return { wire: `POST /sealtalk${path} ${JSON.stringify(body)}`, code, answer: `${status.toString()} ${text}` };
  };
  const dtalk = async (path: string, body: object): Promise<Answered> => {
    const { text } = await post(`/dtalk${path}`, body, { 'fzm-signature': 'MOCK' });
    const { result, message } = JSON.parse(text) as { result: number; message: string };
    return {
      wire: `POST /dtalk${path} ${JSON.stringify(body)}`,
      code: result,
      answer: `${result.toString()} ${message}`,
    };
  };

  try {
    narrator.chapter('19:00  The street fair, by five APIs at once');
    const made = await tencent('create_group', {
      Type: 'Public',
      Name: 'Street fair',
      Owner_Account: ada.userId,
      MemberList: [{ Member_Account: bob.userId }],
    });
    told('A backend of Tencent IM’s', 'makes a group for Ada and Bob', made);
    const group = String(made.data?.['GroupId']);
    const asking = { GroupID: group, OpUserID: eve.userId, OperationID: 'demo', ReqMessage: 'I bring chairs' };
    told('Eve', 'asks to join; her backend speaks gRPC with OpenIM v2', await rpcs.call('joinGroup', asking));
    const answer = { groupID: group, fromUserID: eve.userId, handledMsg: 'do', handleResult: 1 };
    told('Ada', 'lets her in, with OpenIM v3', await openim(ada, '/group/group_application_response', answer));
    told(DEE.name, 'has a key instead of a password: she opens dtalk', await dtalk('/app/group-list', {}));
    const adding = { groupId: group, memberIds: [DEE.userId] };
    told('Ada', 'brings Dee in, with SealTalk', await sealtalk(ada, '/group/add', adding));
    const muting = { idStr: group, memberIds: [eve.userId], muteTime: 60_000 };
    told('Dee', 'would silence Eve, with dtalk', await dtalk('/app/member/muteTime', muting), -10_012);
    const silence = { groupID: group, userID: eve.userId, mutedSeconds: 600 };
    told('Ada', 'may', await openim(ada, '/group/mute_group_member', silence));
    const chairs = {
      method: 'POST',
      path: `/conversations/group:${group}/messages`,
      body: { text: 'Forty chairs!' },
    } as const;
    await narrator.step(eve, 'hears of it by /v1 …', { ...chairs, refused: 'MemberMuted' });
    const saying = (Random: number, Text: string): object => ({
      GroupId: group,
      From_Account: eve.userId,
      Random,
      MsgBody: [{ MsgType: 'TIMTextElem', MsgContent: { Text } }],
    });
    told(
      'Her backend',
      '… and by Tencent IM’s API',
      await tencent('send_group_msg', saying(1, 'Forty chairs!')),
      10_017,
    );
    const lifting = { GroupId: group, Members_Account: [eve.userId], MuteTime: 0 };
    told('A backend of Tencent IM’s', 'lets her speak again', await tencent('forbid_send_msg', lifting));
    const sent = await tencent('send_group_msg', saying(2, 'Forty chairs, and the gardener did it'));
    told('Her backend', 'says it for her', sent);
    const MsgSeq = Number(sent.data?.['MsgSeq']);
    const message = `${chairs.path}/${MsgSeq.toString()}`;
    await narrator.shown(ada, message, () => true);
    const heard = await narrator.step(ada, 'reads it by /v1', { method: 'GET', path: message });
    narrator.remark(String(heard.body['preview']));
    const revoking = { conversationID: `sg_${group}`, seq: MsgSeq, userID: ada.userId };
    told('Ada', 'takes it back, with OpenIM v3', await openim(ada, '/msg/revoke_msg', revoking));
    await narrator.shown(ada, message, ({ status }) => status === 'revoked');
    const asked = { GroupId: group, ReqMsgSeq: MsgSeq, ReqMsgNumber: 1 };
    told('A backend of Tencent IM’s', 'sees its place', await tencent('group_msg_get_simple', asked));
    const deleting = { GroupId: group, OperationID: 'demo' };
    told('OpenIM v2’s back office', 'ends the fair, by gRPC', await rpcs.call('DeleteGroup', deleting));
    told('Dee', 'would call it off, by dtalk', await dtalk('/app/name', { idStr: group, name: 'Called off' }), -10_002);
    return group;
  } finally {
    rpcs.close();
  }
}

interface Answered {
  /** What was asked, in a line. */
  readonly wire: string;
  /** In the API's own numbers; 0: it was done. */
  readonly code: number;
  /** In a few words. */
  readonly answer: string;
  readonly data?: Fields;
}

const shortly = (data: Fields): string => (Object.keys(data).length === 0 ? '' : JSON.stringify(data));

/** Who calls, proved by the app's secret: the vendor's packages make the same. */
function userSigOf({ sdkappid, secret, identifier }: AllApis['tencent']): string {
  const time = Math.floor(Date.now() / 1_000);
  const signed = `TLS.identifier:${identifier}\nTLS.sdkappid:${sdkappid.toString()}\nTLS.time:${time.toString()}\nTLS.expire:3600\n`;
  const said = {
    'TLS.ver': '2.0',
    'TLS.identifier': identifier,
    'TLS.sdkappid': sdkappid,
    'TLS.time': time,
    'TLS.expire': 3_600,
    'TLS.sig': createHmac('sha256', secret).update(signed).digest('base64'),
  };
  const base64 = deflateSync(JSON.stringify(said)).toString('base64');
  return base64.replaceAll('+', '*').replaceAll('/', '-').replaceAll('=', '_');
}

/** OpenIM v2's group service, by its declaration. */
class Rpcs {
  readonly #client: Client;
  readonly #declared: ServiceDefinition;

  constructor(address: string) {
    const proto = fileURLToPath(new URL('../../api/dialects/openim-v2/group.proto', import.meta.url));
    this.#declared = loadSync(proto, { keepCase: true, longs: String, defaults: true })[
      'group.group'
    ] as ServiceDefinition;
    this.#client = new Client(address, credentials.createInsecure());
  }

  call(name: string, request: object): Promise<Answered> {
    const { path, requestSerialize, responseDeserialize } = this.#declared[name] as ServiceDefinition[string];
    const wire = `gRPC ${path} ${JSON.stringify(request)}`;
    const options = { deadline: Date.now() + 30_000 };
    return new Promise((resolve) => {
      this.#client.makeUnaryRequest<object, object>(
        path,
        requestSerialize,
        responseDeserialize,
        request,
        new Metadata(),
        options,
        (error, reply) => {
          const { CommonResp = {} } = (reply ?? {}) as { CommonResp?: { ErrCode?: number; ErrMsg?: string } };
          const { ErrCode = 0, ErrMsg = '' } = CommonResp;
          const code = error === null ? ErrCode : error.code;
          resolve({ wire, code, answer: `${code.toString()} ${error === null ? ErrMsg : error.details}` });
        },
      );
    });
  }

  close(): void {
    this.#client.close();
  }
}
