import { expect } from 'chai';
import { DomainError } from '../../../../domain/shared/errors.js';
import { checkName, isBlank, utf8LengthOf } from '../../../../domain/shared/text.js';

const bound = { min: 0, max: 64, unit: 'characters' } as const;
const passes = (text: string): boolean => {
  try {
    checkName('name', text, bound);
    return true;
  } catch (error) {
    if (error instanceof DomainError && error.kind === 'InvalidArgument') return false;
    throw error;
  }
};

describe('texts', () => {
  it('in which there is nothing to see are blank, whatever Unicode calls their characters', () => {
    const blanks = [
      '',
      ' ',
      '\n',
      '\u0007',
      '\u200b',
      '\u2060',
      '\u3164',
      '\uffa0',
      '\u115f',
      '\u2800',
      '\u034f',
      '\ufe0f',
    ];
    for (const text of [...blanks, blanks.join('')]) expect(isBlank(text), JSON.stringify(text)).to.equal(true);
    for (const text of ['a', ' a ', '群', '\u2800a', '👨‍👩‍👧', '.']) expect(isBlank(text), text).to.equal(false);
  });

  it('that are names hold nothing that takes hold of what stands beside them', () => {
    const hostile = [
      'a\u001b[31mb',
      'a\nb',
      'a\rb',
      'a\tb',
      'a\u0085b',
      'a\u009bb',
      'a\u2028b',
      'a\u202eb',
      'a\u2066b',
      '\ufeffa',
    ];
    for (const text of hostile) expect(passes(text), JSON.stringify(text)).to.equal(false);
    for (const text of ['Ada L.', '读书会', 'نادي', '👨‍👩‍👧 family', 'a\u200db', ''])
      expect(passes(text), text).to.equal(true);
  });

  it('are measured in bytes of UTF-8', () => {
    for (const text of ['', 'a', 'ä', '群', '😀', 'aä群😀']) {
      expect(utf8LengthOf(text)).to.equal(Buffer.byteLength(text));
    }
  });
});
