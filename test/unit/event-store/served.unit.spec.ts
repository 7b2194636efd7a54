import { expect } from 'chai';
import { streamName } from '../../../application/streams.js';
import { ConfigInvalid, loadConfig } from '../../../infrastructure/config/config.js';
import { servedTenants } from '../../../infrastructure/event-store/eventstoredb/served.js';

describe('the tenants of a store on a shared EventStoreDB', () => {
  const group = (tenant: string): string => streamName({ category: 'group', tenant, groupId: 'club' });

  it('given none, then every stream of Parley’s is served and nobody else’s', () => {
    const served = servedTenants(undefined);
    expect([group('a'), 'parley_nonsense'].map(served)).to.deep.equal([true, true]);
    expect(['parley-group-a.club', 'invoice-a', ''].map(served)).to.deep.equal([false, false, false]);
  });

  it('given some, then theirs and no other’s, however alike the names are', () => {
    const served = servedTenants(['a', 'a-b']);
    expect(['a', 'a-b'].map(group).map(served)).to.deep.equal([true, true]);
    const others = [group('a-'), group('ab'), group('b'), 'parley_group-a', 'parley_a.b', 'xparley_group-a.club'];
    expect(others.filter(served)).to.deep.equal([]);
  });

  it('are read from TENANTS, and whoever else is named in the configuration must be among them', () => {
    expect(loadConfig({ TENANTS: 'a, 1000' }).tenants).to.deep.equal(['a', '1000']);
    for (const env of [
      { TENANTS: 'a' },
      { TENANTS: 'a,,1000' },
      { TENANTS: '1000,a b' },
      { TENANTS: '1000', PARLEY_APP_ADMINS: 'b/root' },
      { TENANTS: '1000', PARLEY_AUDITORS: 'b/eva' },
    ])
      expect(() => loadConfig(env), JSON.stringify(env)).to.throw(ConfigInvalid);
  });
});
