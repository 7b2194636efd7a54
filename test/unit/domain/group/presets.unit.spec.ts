import { expect } from 'chai';
import { groupPresets } from '../../../../domain/group/presets.js';
import type { RuleValues } from '../../../../domain/group/rules.js';

const all = Object.entries(groupPresets).map(([name, { rules }]): [string, RuleValues] => [name, rules.values]);

describe('rule values', () => {
  for (const [name, values] of all) {
    it(`${name}: fit together`, () => {
      if (values.ownerLeaves === 'ownerless') expect(values.mayBeOwnerless).to.equal(true);
      for (const reach of [values.remove, values.mute, values.changeRole]) expect(reach.member).to.deep.equal([]);
      expect(values.joinPolicies.selfJoin).to.not.be.empty;
      expect(values.limits.initialMembers).to.be.below(values.limits.maximum);
    });

    it(`${name}: are plain JSON, since they are written into the group's first event`, () => {
      expect(JSON.parse(JSON.stringify(values))).to.deep.equal(values);
    });
  }

  it('there are those of docs/rules.md A1', () => {
    expect(Object.keys(groupPresets)).to.deep.equal([
      'parley',
      'openim',
      'openim-v2',
      'sealtalk',
      'dtalk',
      'tencent-work',
      'tencent-public',
      'tencent-meeting',
      'tencent-avchatroom',
    ]);
  });

  it('differ as docs/rules.md D0 says', () => {
    const column = <Key extends keyof RuleValues>(key: Key) =>
      Object.fromEntries(all.map(([name, values]) => [name, values[key]]));
    expect(column('ownerLeaves')).to.deep.equal({
      parley: 'successor',
      openim: 'deny',
      'openim-v2': 'ownerless',
      sealtalk: 'successor',
      dtalk: 'deny',
      'tencent-work': 'ownerless',
      'tencent-public': 'deny',
      'tencent-meeting': 'deny',
      'tencent-avchatroom': 'deny',
    });
    const where = (holds: (values: RuleValues) => boolean) =>
      all.filter(([, values]) => holds(values)).map(([name]) => name);
    expect(where((values) => values.formerOwnerBecomes === 'newOwnersFormerRole')).to.deep.equal(['openim']);
    expect(where((values) => values.remove.admin.includes('admin'))).to.deep.equal(['openim-v2', 'sealtalk']);
    const tencent = all.map(([name]) => name).slice(5);
    // The promoting admin is 003's (D1 set_group_member_info), and 000's, whose rpc has no check of its own.
    expect(where((values) => values.changeRole.admin.length > 0)).to.deep.equal(['openim', 'openim-v2']);
    expect(where((values) => !values.may.dismiss.includes('owner'))).to.deep.equal(['openim-v2', 'tencent-work']);
    // 002 update-group-maximum and 001 modify_group_base_info are the owner's, too.
    expect(where((values) => !values.may.changeMaximum.includes('owner'))).to.deep.equal([
      'openim',
      'openim-v2',
      'sealtalk',
    ]);
    // "dismiss by": 000 CMS, 001 owner and app admin, so nobody's leaving does it.
    expect(where((values) => values.lastMemberLeaves === 'staysEmpty')).to.deep.equal(['openim-v2', ...tencent]);
    expect(where((values) => values.muteSurvivesRejoining)).to.deep.equal(['parley', 'dtalk', ...tencent]);
    expect(where((values) => values.idReusableAfterDismissal)).to.deep.equal(tencent);
    expect(where((values) => !values.keepsHistory)).to.deep.equal(['tencent-avchatroom']);
    expect(where((values) => values.mute.owner.length === 0)).to.deep.equal(['tencent-work']);
    expect(where((values) => values.may.invite.length === 0)).to.deep.equal(['tencent-avchatroom']);
  });

  it('a change of values is a new version: 002’s mute didn’t survive rejoining in the first one', () => {
    const versions = Object.entries(groupPresets).filter(([, { rules }]) => rules.version > 1);
    expect(versions.map(([name, { rules }]) => [name, rules.version])).to.deep.equal([['dtalk', 2]]);
  });

  it('a preset carries its own name, and starts groups within its own bounds', () => {
    for (const [name, { rules, defaults }] of Object.entries(groupPresets)) {
      expect(rules.preset).to.equal(name);
      expect(defaults.maximum).to.be.at.most(rules.values.limits.maximum);
      expect(rules.values.joinPolicies.selfJoin).to.include(defaults.joinPolicy.selfJoin);
      expect(rules.values.joinPolicies.memberInvite).to.include(defaults.joinPolicy.memberInvite);
    }
  });

  it('a first event stays far under 256 KiB even with every text at its bound (docs/events.md)', () => {
    for (const [, values] of all) {
      const { name, introduction, avatar, ext, customFields } = values.limits;
      const texts = [name, introduction, avatar, ext].reduce(
        (sum, { max, unit }) => sum + max * (unit === 'bytes' ? 1 : 4),
        0,
      );
      const fields = customFields.count * 4 * (customFields.key.max + customFields.value.max);
      expect(texts + fields + JSON.stringify(values).length).to.be.below(128 * 1024);
    }
  });
});
