import { expect } from 'chai';
import { Routes } from '../../../api/http/routes.js';

describe('routes', () => {
  const routes = new Routes<{ readonly name: string }>();
  routes.add('get', '/groups/{groupId}', { name: 'group' });
  routes.add('delete', '/groups/{groupId}', { name: 'dismiss' });
  routes.add('get', '/groups/{id}/members/{userId}', { name: 'member' });
  routes.add('post', '/groups/all/members', { name: 'all' });

  it('finds what is served, with the parameters by the names of that route, decoded', () => {
    expect(routes.find('GET', '/groups/a%2Fb')).to.deep.equal({
      target: { name: 'group' },
      params: { groupId: 'a/b' },
    });
    expect(routes.find('GET', '/groups/g/members/u')).to.deep.equal({
      target: { name: 'member' },
      params: { id: 'g', userId: 'u' },
    });
  });

  it('serves HEAD as GET', () => {
    expect(routes.find('HEAD', '/groups/g')).to.deep.include({ target: { name: 'group' } });
  });

  it('names the methods of a path that is not served by this one', () => {
    expect(routes.find('PUT', '/groups/g')).to.deep.equal({ allowed: ['GET', 'DELETE'] });
  });

  it('prefers the literal segment, and comes back from it where it leads nowhere', () => {
    expect(routes.find('POST', '/groups/all/members')).to.deep.include({ target: { name: 'all' } });
    expect(routes.find('GET', '/groups/all')).to.deep.equal({ target: { name: 'group' }, params: { groupId: 'all' } });
    expect(routes.find('GET', '/groups/all/members/u')).to.deep.equal({
      target: { name: 'member' },
      params: { id: 'all', userId: 'u' },
    });
  });

  for (const path of ['', '/', '/groups', '/groups/', '/groups/g/', '/groups//members/u', '/Groups/g', '//groups/g'])
    it(`finds nothing at "${path}"`, () => {
      expect(routes.find('GET', path)).to.equal(undefined);
    });

  it('throws for a parameter with a broken escape', () => {
    expect(() => routes.find('GET', '/groups/%zz')).to.throw(URIError);
  });
});
