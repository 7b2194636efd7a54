import type { Request } from 'express';
import { expect } from 'chai';
import { requestHashWithout } from '../../../api/http/body.js';

describe('the hash of a body with a secret in it', () => {
  const of = (body: object, target = '/users'): string =>
    requestHashWithout('password', { body } as unknown as Request, target);

  it('says nothing of the secret', () => {
    expect(of({ login: 'a', password: 'one' })).to.equal(of({ login: 'a', password: 'two' }));
  });

  it('tells all else apart', () => {
    const hashes = [
      of({ login: 'a' }),
      of({ login: 'b' }),
      of({ login: 'a', nickname: '' }),
      of({ login: 'a' }, '/others'),
      of({ login: ['a'] }),
    ];
    expect(new Set(hashes).size).to.equal(hashes.length);
  });
});
