import { expect } from 'chai';
import type { Request } from 'express';
import { SealtalkCallers, SessionCookie, sessionOf } from '../../../api/dialects/sealtalk/session.js';
import { SealtalkRefused } from '../../../api/dialects/sealtalk/refused.js';
import { CallerUnknown } from '../../../api/dialects/shared/context.js';
import { type TokenClaims, TokenRejected } from '../../../application/ports/tokens.js';

const claims: TokenClaims = { tenant: 't', userId: 'ann', tokenId: 'i', issuedAt: 0, expiresAt: 1 };
const EXPIRES = Date.UTC(2030, 0, 5, 12);

describe('004: the session cookie', () => {
  const cookie = new SessionCookie({ name: 'rong_im_auth', domain: 'example.org', sameSite: 'lax', ttlSeconds: 60 });

  it('is written as clients know it, and taken away with the same domain', () => {
    expect(cookie.set('a.b.c', EXPIRES, false)).to.equal(
      'rong_im_auth=a.b.c; Max-Age=60; Domain=example.org; Path=/; Expires=Sat, 05 Jan 2030 12:00:00 GMT; HttpOnly; SameSite=Lax',
    );
    expect(cookie.set('a.b.c', EXPIRES, true)).to.match(/; Secure$/);
    expect(cookie.cleared(false)).to.match(
      /^rong_im_auth=; Max-Age=0; Domain=example\.org; Path=\/; Expires=Thu, 01 Jan 1970/,
    );
    const anySite = new SessionCookie({ name: 'c', sameSite: 'none', ttlSeconds: 60 });
    expect(anySite.set('x', EXPIRES, false))
      .to.match(/SameSite=None; Secure$/)
      .and.not.include('Domain');
  });

  it('is found among others, and in what Android sends: whole Set-Cookie values', () => {
    const found = (header: string | undefined): string[] => cookie.valuesIn(header);
    expect(found('a=1; rong_im_auth=x.y.z; b=2')).to.deep.equal(['x.y.z']);
    expect(found(cookie.set('x.y.z', EXPIRES, true))).to.deep.equal(['x.y.z']);
    expect(found(`a=1; Path=/, ${cookie.set('x.y.z', EXPIRES, true)}; b=2`)).to.deep.equal(['x.y.z']);
    expect(found('rong_im_auth="x.y.z"')).to.deep.equal(['x.y.z']);
    expect(found(cookie.cleared(false)), 'taken away').to.deep.equal([]);
    expect(found('not_rong_im_auth=x; rong_im_auth2=y; x=rong_im_auth=z')).to.deep.equal([]);
    expect(found(undefined)).to.deep.equal([]);
    expect(found('rong_im_auth=1; '.repeat(50))).to.have.length(4);
    expect(new SessionCookie({ name: 'a.b', sameSite: 'lax', ttlSeconds: 60 }).valuesIn('axb=1; a.b=2')).to.deep.equal([
      '2',
    ]);
  });

  const callers = (corsOrigins: '*' | readonly string[] = []): SealtalkCallers =>
    new SealtalkCallers({
      cookie,
      tokens: {
        verify: (token) =>
          token === 'good' || token === 'other-tenant'
            ? Promise.resolve({ ...claims, tenant: token === 'good' ? 't' : 'u' })
            : Promise.reject(new TokenRejected(token === 'old' ? 'revoked' : 'malformed')),
      },
      isAppAdmin: () => false,
      defaultTenant: 't',
      serves: (tenant) => tenant === 't',
      corsOrigins,
    });
  const asked = (values: readonly string[], headers: object = {}, method = 'POST'): Request =>
    ({
      method,
      headers: { cookie: values.map((value) => `rong_im_auth=${value}`).join('; '), ...headers },
    }) as unknown as Request;
  const refusal = async (request: Request, of = callers()): Promise<string> => {
    try {
      return (await of.of(request, 'session')).actor?.id ?? 'nobody';
    } catch (error) {
      if (error instanceof CallerUnknown) return 'not logged in';
      if (error instanceof SealtalkRefused) return JSON.stringify(error.said);
      throw error;
    }
  };

  it('says who calls; a forged one is told so, one that has ended as if there were none', async () => {
    const caller = await callers().of(asked(['good']), 'session');
    expect(caller.actor).to.deep.equal({ kind: 'user', id: 'ann' });
    expect(sessionOf(caller)).to.deep.equal({ ...claims, token: 'good' });
    expect(await refusal(asked(['forged']))).to.match(/403.*Invalid cookie value!/);
    expect(await refusal(asked([]))).to.equal('not logged in');
    expect(await refusal(asked(['old']))).to.equal('not logged in');
    expect(await refusal(asked(['other-tenant']))).to.equal('not logged in');
    expect(await refusal(asked(['forged', 'old', 'good'])), 'the first that is good').to.equal('ann');
    expect((await callers().of(asked(['good']), 'public')).actor, 'nobody is asked').to.equal(undefined);
    expect(() => sessionOf({ tenant: 't', actor: undefined })).to.throw(CallerUnknown);
  });

  it('is worth nothing to pages of other sites, save those that the configuration names', async () => {
    const foreign = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
    expect(await refusal(asked(['good'], foreign))).to.match(/403.*This page may not act for you/);
    expect(await refusal(asked(['good'], foreign), callers('*'))).to.match(/403/);
    expect(await refusal(asked(['good'], foreign), callers(['https://evil.example']))).to.equal('ann');
    expect(await refusal(asked(['good'], foreign, 'GET')), 'whose answers they can not read').to.equal('ann');
    expect(await refusal(asked(['good'], { ...foreign, 'sec-fetch-site': 'same-site' }))).to.equal('ann');
  });
});
