import { expect } from 'chai';

import { withDefaults } from '../../../infrastructure/event-store/eventstoredb/connection.js';
import { readConnectionString } from '../../../infrastructure/event-store/eventstoredb/connection-string.js';

describe('an EventStoreDB address', () => {
  for (const [given, connectionString, hosts, tls] of [
    ['esdb://h', 'esdb://h', ['h:2113'], true],
    ['esdb://h:1/?tls=false', 'esdb://h:1/?tls=false', ['h:1'], false],
    ['esdb://u:p@a,b:3,c?tls=true', 'esdb://u:p@a,b:3,c?tls=true', ['a:2113', 'b:3', 'c:2113'], true],
    ['esdb+discover://u:p%40%3A@c.test', 'esdb+discover://u:p%40%3A@c.test', ['c.test:2113'], true],
    ['kurrentdb://h?tls=false', 'esdb://h?tls=false', ['h:2113'], false],
    ['kurrentdb+discover://h', 'esdb+discover://h', ['h:2113'], true],
    [' esdb://h/ ', 'esdb://h', ['h:2113'], true],
  ] as const) {
    it(`is read from ${given}`, () => {
      expect(readConnectionString(given)).to.deep.equal({ connectionString, hosts, tls });
    });
  }

  it('says where the certificates of the CAs are', () => {
    expect(readConnectionString('esdb://h?tls_ca_file=%2Fetc%2Fca.pem&nodePreference=leader')).to.include({
      caFile: '/etc/ca.pem',
    });
  });

  for (const [what, given, says] of [
    ['another scheme', 'kafka://u:s3cret@h', /must be "postgres".*kurrentdb:\/\/.*tls=false/],
    ['no scheme', 's3cret', /must be "postgres"/],
    ['no host', 'esdb://u:s3cret@', /names a host/],
    ['a port that is none', 'esdb://u:s3cret@h:port', /names a host/],
    ['an address of IPv6, which the client does not know', 'esdb://u:s3cret@[::1]:2113', /names a host/],
    ['a password with a colon, which the client would cut', 'esdb://u:s3cret:x@h', /credentials.*%3A/],
    ['a password with an @', 'esdb://u:s3cret@x@h', /credentials/],
    ['a password with a % that begins nothing', 'esdb://u:s3cret%@h', /credentials/],
    ['a user without a password', 'esdb://s3cret@h', /credentials/],
    ['an option that the client would print with the whole address', 'esdb://u:s3cret@h?foo=s3cret', /option.*known/],
    ['an option without a value', 'esdb://u:s3cret@h?tls', /without a value/],
    ['an option that can not be decoded', 'esdb://u:s3cret@h?tlsCAFile=%', /without a value/],
    ['a second question mark', 'esdb://u:s3cret@h?tls=true?tls=false', /more than one/],
    ['certificates that are not verified', 'esdb://u:s3cret@h?tlsVerifyCert=false', /tlsVerifyCert=false/],
  ] as const) {
    it(`with ${what} is refused in words that do not repeat it`, () => {
      const read = readConnectionString(given);
      expect(read).to.have.property('problem').that.matches(says).and.does.not.include('s3cret');
    });
  }

  it('row 8: has a keep-alive shorter than the client’s 20 s, unless it says another one', () => {
    expect(withDefaults('esdb://h')).to.equal('esdb://h?keepAliveInterval=10000&keepAliveTimeout=3000');
    expect(withDefaults('esdb://h?keep_alive_timeout=9&tls=false')).to.equal(
      'esdb://h?keep_alive_timeout=9&tls=false&keepAliveInterval=10000',
    );
  });
});
