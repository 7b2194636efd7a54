import { expect } from 'chai';
import { groupPresets } from '../../../../domain/group/presets.js';
import type { RuleValues } from '../../../../domain/group/rules.js';
import { ruleSketches } from '../../../support/rule-sketches.js';

const all: [string, RuleValues][] = [
  ...Object.entries(groupPresets).map(([name, { rules }]): [string, RuleValues] => [name, rules.values]),
  ...Object.entries(ruleSketches),
];

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

  it('a preset carries its own name, and starts groups within its own bounds', () => {
    for (const [name, { rules, defaults }] of Object.entries(groupPresets)) {
      expect(rules.preset).to.equal(name);
      expect(defaults.maximum).to.be.at.most(rules.values.limits.maximum);
      expect(rules.values.joinPolicies.selfJoin).to.include(defaults.joinPolicy.selfJoin);
      expect(rules.values.joinPolicies.memberInvite).to.include(defaults.joinPolicy.memberInvite);
    }
  });

  it('a first event stays far under 256 KiB even with every text at its bound (EVENTS)', () => {
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
