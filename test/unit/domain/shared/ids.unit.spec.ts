import { expect } from 'chai';
import { DomainError } from '../../../../domain/shared/errors.js';
import {
  checkId,
  FIRST_NUMBER,
  isClientChosenId,
  isId,
  LAST_NUMBER,
  serverMadeId,
} from '../../../../domain/shared/ids.js';

describe('ids (docs/rules.md A13)', () => {
  it('are 1 to 64 of letters, digits and _ - . @ # :', () => {
    for (const id of ['a', 'A9', '_-.@#:', 'x'.repeat(64)]) expect(isId(id), id).to.equal(true);
    for (const id of ['', 'x'.repeat(65), 'a b', 'a/b', 'a%b', 'ä', 'a\n', '\u0000', '群'])
      expect(isId(id), id).to.equal(false);
  });

  it('of 16 decimal digits are the server’s; no client chooses one', () => {
    expect(isClientChosenId('1234567890123456')).to.equal(false);
    for (const id of ['me', '.', '..']) expect(isClientChosenId(id), id).to.equal(false);
    for (const id of ['123456789012345', '12345678901234567', '123456789012345a'])
      expect(isClientChosenId(id), id).to.equal(true);
  });

  it('made by the server always have 16 digits', () => {
    for (const number of [FIRST_NUMBER, LAST_NUMBER]) expect(serverMadeId(number)).to.match(/^\d{16}$/);
  });

  it('of another form are an argument error with the field’s name', () => {
    expect(() => {
      checkId('groupId', 'a b');
    })
      .to.throw(DomainError)
      .with.nested.property('facts.field', 'groupId');
  });
});
