import { expect } from 'chai';
import fc from 'fast-check';
import { foldLogin, foldLoginAsOnce, wrongWithLogin } from '../../../application/commands/names.js';

describe('the fold of logins', () => {
  it('makes one of what differs in case or form only', () => {
    for (const [one, other] of [
      ['VIC', 'vic'],
      [' Ann@Example.ORG ', 'ann@example.org'],
      ['ｖｉｃ', 'vic'],
      ['straße', 'STRASSE'],
      ['ΟΔΟΣ', 'οδος'],
      ['οδοσ', 'οδος'],
      ['\u212Aim', 'kim'],
      ['ﬁona', 'FIONA'],
      ['e\u0301va', 'ÉVA'],
    ] as const) {
      expect(foldLogin(one), one).to.equal(foldLogin(other));
    }
    expect(foldLogin('vic')).not.to.equal(foldLogin('vik'));
  });

  it('is a fold: folding again, or another case of it, changes nothing; whatever was one login before, still is', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 20 });
    const law = fc.property(text, (login) => {
      const folded = foldLogin(login);
      expect(foldLogin(folded)).to.equal(folded);
      expect(foldLogin(folded.toUpperCase())).to.equal(folded);
      expect(foldLogin(foldLoginAsOnce(login))).to.equal(folded);
    });
    fc.assert(law, { numRuns: 2_000 });
  });

  it('holds for every character there is', () => {
    for (let code = 0; code <= 0x10ffff; code++) {
      if (code >= 0xd800 && code <= 0xdfff) continue;
      const login = `a${String.fromCodePoint(code)}b`;
      const folded = foldLogin(login);
      if (foldLogin(folded) !== folded) expect.fail(`U+${code.toString(16)} folds twice`);
      if (wrongWithLogin(login) !== undefined) continue;
      if (foldLogin(login.toUpperCase()) !== folded) expect.fail(`U+${code.toString(16)} is another in upper case`);
      if (foldLogin(login.toLowerCase()) !== folded) expect.fail(`U+${code.toString(16)} is another in lower case`);
    }
  }).timeout(20_000);
});

describe('a login', () => {
  it('has no characters that nobody sees, and reads like no number of the server', () => {
    for (const login of [
      'vi\u200bc',
      'vic\u00ad',
      'v\u202eic',
      'v\ufeffic',
      '\u2060vic',
      'vi\u3164c',
      'vi\u2800c',
      'vi\u034fc',
      'vic\ufe0f',
      'v\u0007ic',
      'v\ud800',
      'v\u{e0041}ic',
      'v\u{f0000}',
      '4503599627370496',
      '４５０３５９９６２７３７０４９６',
      '',
      '  ',
      'x'.repeat(129),
      'ﷺ'.repeat(10),
    ]) {
      expect(wrongWithLogin(login), JSON.stringify(login)).to.be.a('string');
    }
    for (const login of ['vic', 'Ann@example.org', '张三', 'José', 'two words', '+44 20 7946 0000', '123']) {
      expect(wrongWithLogin(login), login).to.equal(undefined);
    }
  });
});
