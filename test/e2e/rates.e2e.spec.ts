import { expect } from 'chai';
import { GroupClient } from '../support/grpc-client.js';
import { OpenimClient } from '../support/openim-client.js';
import { type RunningParley, runParley } from '../support/running-parley.js';
import { V1Client } from '../support/v1-client.js';

const SECRET = 'a secret of the app, of some length';

describe('what one user may ask for, over HTTP', () => {
  let parley: RunningParley;
  let v1: V1Client;

  before(async function () {
    this.timeout(60_000);
    parley = await runParley({
      COMMANDS_PER_SECOND: '1',
      REQUESTS_PER_SECOND: '5',
      OPENIM_GRPC_PORT: '0',
      GROUPS_PER_DAY: '2',
      OPENIM_SECRET: SECRET,
      PARLEY_APP_ADMINS: 'root',
    });
    v1 = new V1Client(parley.url);
  });
  after(() => parley.stop());

  it('is refused with 429 and when to come again, or in the envelope; nothing is written', async () => {
    const im = new OpenimClient(`${parley.url}/openim`, SECRET);
    const { ann = '' } = await im.people('ann');
    const change = (n: number): ReturnType<V1Client['call']> =>
      v1.call('PATCH', '/users/me', { token: ann, body: { region: `r${n.toString()}` } });
    const answers = await Promise.all(Array.from({ length: 30 }, (_, n) => change(n)));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).to.be.above(10);
    expect(answers.filter(({ status }) => status === 200)).to.have.lengthOf(30 - refused.length);
    for (const { headers, body } of refused) {
      expect(body).to.include({ code: 'TooManyRequests', status: 429 });
      expect(Number(headers.get('retry-after'))).to.be.within(1, 10);
    }
    const told = await Promise.all(
      Array.from({ length: 5 }, (_, n) =>
        im.call('/user/update_user_info_ex', { userInfo: { userID: 'ann', ex: n.toString() } }, { token: ann }),
      ),
    );
    expect(told.filter(({ errCode, errDlt }) => errCode === 500 && errDlt.startsWith('too many requests'))).to.not.be
      .empty;
    // Reading goes on.
    expect((await v1.call('GET', '/users/me', { token: ann })).status).to.equal(200);
  });

  it('is so many groups a day, and no bound for an app admin', async () => {
    const { token } = await v1.person('maker');
    const make = (by: string): ReturnType<V1Client['call']> =>
      v1.call('POST', '/groups', { token: by, body: { name: 'Group', ownerId: 'maker' } });
    const statuses: number[] = [];
    for (let n = 0; n < 3; n++) statuses.push((await make(token)).status);
    expect(statuses).to.deep.equal([201, 201, 429]);
    const root = await v1.person('root');
    for (let n = 0; n < 15; n++) expect((await make(root.token)).status).to.equal(201);
  });

  it('is so many requests of whatever kind, each API answering in its way, and of strangers by their address', async () => {
    const { token } = await v1.person('reader');
    const quiet = await v1.person('quiet');
    const many = <T>(ask: () => Promise<T>): Promise<T[]> => Promise.all(Array.from({ length: 80 }, ask));
    const read = await many(() => v1.call('GET', '/users/me', { token }));
    const refused = read.filter(({ status }) => status === 429);
    expect(refused.length).to.be.within(10, 60);
    expect(read.filter(({ status }) => status === 200)).to.have.lengthOf(80 - refused.length);
    expect(refused[0]!.body).to.include({ code: 'TooManyRequests' });
    expect(refused[0]!.body['facts']).to.include({ bound: 'requests per second' });
    expect(Number(refused[0]!.headers.get('retry-after'))).to.be.within(1, 20);

    const im = new OpenimClient(`${parley.url}/openim`, SECRET);
    const { bea = '' } = await im.people('bea');
    const listed = await many(() => im.call('/user/get_users_info', { userIDs: ['bea'] }, { token: bea }));
    expect(listed.filter(({ errCode, errDlt }) => errCode === 500 && errDlt.startsWith('too many'))).to.not.be.empty;

    const grpc = new GroupClient(parley.grpc!);
    const called = await many(() => grpc.call('getJoinedGroupList', { FromUserID: 'bea', OpUserID: 'bea' }));
    grpc.close();
    expect(called.filter(({ ErrCode }) => ErrCode === 802)).to.not.be.empty;

    const strangers = await many(() => v1.call('GET', '/users/me', { token: 'made up' }));
    expect(new Set(strangers.map(({ status }) => status))).to.deep.equal(new Set([401, 429]));
    // Who shares the address with them counts by himself.
    expect((await v1.call('GET', '/users/me', { token: quiet.token })).status).to.equal(200);
  });
});
