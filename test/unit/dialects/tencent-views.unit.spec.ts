import { expect } from 'chai';
import { edgeAt, mounts } from '../../../api/dialects/mounts.js';
import { integer, readJson, writeJson } from '../../../api/dialects/shared/lossless-json.js';
import { presetsOf, presetsWithoutHuge, typeByPreset, wireTypeOf } from '../../../api/dialects/tencent/group-types.js';
import { TencentRefused } from '../../../api/dialects/tencent/refused.js';
import { presetNames } from '../../../domain/group/presets.js';

describe("001's types of groups", () => {
  it('have two names; every group of the house is shown as of one of them', () => {
    expect(
      ['Private', 'Work', 'Public', 'ChatRoom', 'Meeting', 'AVChatRoom'].map((type) => wireTypeOf(type as 'Work')),
    ).to.deep.equal(['Private', 'Private', 'Public', 'ChatRoom', 'ChatRoom', 'AVChatRoom']);
    expect(() => wireTypeOf('Community')).to.throw(TencentRefused);
    const all = (['Private', 'Public', 'ChatRoom', 'AVChatRoom'] as const).flatMap(presetsOf);
    expect([...all].sort()).to.deep.equal([...presetNames].sort());
    expect(typeByPreset('openim')).to.equal('Public');
    expect(presetsWithoutHuge).to.include('tencent-work').and.not.include('tencent-avchatroom');
  });
});

describe('what is said in the place of 001', () => {
  it('is said below its prefix and at its own paths, nowhere else', () => {
    for (const path of ['/v4', '/v4/group_open_http_svc/create_group', '/tencent/v4/x'])
      expect(edgeAt(path), path).to.equal(mounts.tencent.edge);
    for (const path of ['/v1/groups', '/v40', '/', '/openim/v4'])
      expect(edgeAt(path), path).not.to.equal(mounts.tencent.edge);
  });
});

describe('JSON without loss', () => {
  it('keeps integers that a double does not hold, at any depth, and every other number', () => {
    const text = '{"MsgBody":[{"MsgContent":{"id":9223372036854775807,"at":29.340656,"n":-1}}]}';
    expect(writeJson(readJson(text))).to.equal(text);
    expect(readJson('1.5e3')).to.equal(1_500);
    expect(readJson('1.5', integer)).to.be.NaN;
  });
});
