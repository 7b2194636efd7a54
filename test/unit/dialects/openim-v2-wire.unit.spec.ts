import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadSync } from '@grpc/proto-loader';
import { expect } from 'chai';
import { GROUP_PROTO, GROUP_SERVICE } from '../../../api/dialects/openim-v2/declaration.js';
import { filled, isMessage, numbersOf } from '../../support/filled-message.js';
import { repositoryRoot } from '../../support/repository-root.js';

/** Of each message: the original's numbers, and the bytes of one whose every field is filled. */
interface Wire {
  readonly fields: Readonly<Record<string, number>>;
  readonly hex: string;
}

const GOLDEN = join(repositoryRoot(), 'test/golden/openim-v2-wire.json');
const declared = loadSync(fileURLToPath(GROUP_PROTO), { keepCase: true, longs: String, defaults: true, arrays: true });

describe("OpenIM v2's messages on the wire", () => {
  const golden = JSON.parse(readFileSync(GOLDEN, 'utf8')) as Record<string, Wire>;
  const messages = Object.entries(declared).flatMap(([name, one]) => (isMessage(one) ? [[name, one] as const] : []));

  it('are those of the golden file, each', () => {
    expect(messages.map(([name]) => name).sort()).to.deep.equal(Object.keys(golden).sort());
  });

  for (const [name, message] of messages) {
    it(`${name} has the original's numbers, and its bytes, there and back`, () => {
      const value = filled(declared, message);
      expect(numbersOf(message)).to.deep.equal(golden[name]?.fields);
      expect(message.serialize(value).toString('hex')).to.equal(golden[name]?.hex);
      expect(message.deserialize(Buffer.from(golden[name]?.hex ?? '', 'hex'))).to.deep.equal(value);
    });
  }

  it('that have fields which nobody knows are read without them', () => {
    const { ['group.QuitGroupReq']: quit } = declared;
    if (quit === undefined || !isMessage(quit)) throw new Error('no such message');
    const value = filled(declared, quit);
    const strange = Buffer.concat([Buffer.from('f23e03616263', 'hex'), quit.serialize(value)]);
    expect(quit.deserialize(strange)).to.deep.equal(value);
  });

  it('belong to the 24 rpcs of the original', () => {
    const service = declared[GROUP_SERVICE] ?? {};
    const rpcs = Object.values(service as Record<string, { path: string }>).map(({ path }) => path);
    expect(rpcs).to.have.length(24);
    expect(rpcs).to.include('/group.group/createGroup').and.to.include('/group.group/AddGroupMembersCMS');
  });
});
