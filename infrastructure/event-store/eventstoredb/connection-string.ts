/** An address as `EVENT_STORE` gives it, read for what the client would say wrongly, too late, or with the password in it. */
export interface EventStoreAddress {
  /** In the words that the client knows: `esdb://…` or `esdb+discover://…`, credentials included. */
  readonly connectionString: string;
  /** `host:port`, without credentials: for messages. */
  readonly hosts: readonly string[];
  readonly tls: boolean;
  /** Certificates of the CAs that are trusted, PEM; absent: those that Node trusts. */
  readonly caFile?: string;
}

/** What is wrong with the text: a sentence that does not repeat it, because it may hold a password. */
export interface AddressProblem {
  readonly problem: string;
}

export const EVENT_STORE_FORM =
  'EVENT_STORE must be "postgres", or the address of an EventStoreDB or KurrentDB: esdb://user:password@host:2113, ' +
  'esdb://a,b,c for the nodes of a cluster, or esdb+discover://name for a DNS name that stands for them ' +
  '(kurrentdb:// and kurrentdb+discover:// mean the same); TLS is on unless it ends in ?tls=false';

const SCHEME = /^(?:esdb|kurrentdb)(\+discover)?:\/\//;
const DEFAULT_PORT = '2113';

/** What client 6.2.1 knows, letter case and `_`, `-` aside. It prints the whole text, password included, for any other. */
const OPTIONS = [
  'connectionName',
  'defaultDeadline',
  'discoveryInterval',
  'gossipTimeout',
  'keepAliveInterval',
  'keepAliveTimeout',
  'maxDiscoverAttempts',
  'nodePreference',
  'throwOnAppendFailure',
  'tls',
  'tlsCAFile',
  'tlsVerifyCert',
  'userCertFile',
  'userKeyFile',
];

const flat = (name: string): string => name.trim().toLowerCase().replace(/[_-]/g, '');

export function readConnectionString(text: string): EventStoreAddress | AddressProblem {
  const given = text.trim().replace(/\/+$/, '');
  const scheme = SCHEME.exec(given);
  if (!scheme) return { problem: `${EVENT_STORE_FORM}.` };
  const [where = '', ...queries] = given.slice(scheme[0].length).split('?');
  const at = where.lastIndexOf('@');
  const hosts = where
    .slice(at + 1)
    .replace(/\/+$/, '')
    .split(',')
    .map(withPort);
  const problem =
    (at < 0 ? undefined : credentialsProblem(where.slice(0, at))) ??
    (hosts.every((host) => /^[A-Za-z0-9._-]+:\d{1,5}$/.test(host))
      ? undefined
      : 'EVENT_STORE names a host that can not be read: host or host:port, separated by commas.') ??
    optionsProblem(queries);
  if (problem !== undefined) return { problem };
  // The product's newer name; the client knows only the old scheme, which means the same.
  const connectionString = `esdb${scheme[1] ?? ''}://${given.slice(scheme[0].length)}`;
  const options = new Map(queries[0]?.split('&').map((option) => [flat(option.split('=')[0] ?? ''), valueOf(option)]));
  const caFile = options.get('tlscafile');
  return { connectionString, hosts, tls: options.get('tls') !== 'false', ...(caFile !== undefined && { caFile }) };
}

/** As the client takes it. The options were found well-formed. */
const valueOf = (option: string): string => decodeURIComponent(option.slice(option.indexOf('=') + 1).trim());

const withPort = (host: string): string => (host.includes(':') ? host.trim() : `${host.trim()}:${DEFAULT_PORT}`);

/** The client cuts a password at its second colon, and a name at its first `@`, without a word. */
function credentialsProblem(userInfo: string): string | undefined {
  const [user = '', password = '', ...more] = userInfo.split(':');
  const complete = user !== '' && password !== '' && more.length === 0;
  if (complete && !userInfo.includes('@') && isEncoded(userInfo)) return undefined;
  return 'EVENT_STORE has credentials that can not be read: user:password, with : @ / ? % & and # in them written as %3A %40 %2F %3F %25 %26 and %23.';
}

function optionsProblem(queries: readonly string[]): string | undefined {
  if (queries.length > 1) return 'EVENT_STORE has more than one "?"; options are separated by "&".';
  for (const option of queries[0]?.split('&') ?? []) {
    const [name = '', value = ''] = option.split('=');
    if (!OPTIONS.some((known) => flat(known) === flat(name))) {
      return `EVENT_STORE has an option that is not known. Known are ${OPTIONS.join(', ')}.`;
    }
    if (value === '' || !isEncoded(value)) return 'EVENT_STORE has an option without a value that can be read.';
    if (flat(name) === 'tlsverifycert' && value !== 'true') {
      return 'EVENT_STORE says tlsVerifyCert=false, which does not exist here: name the certificate of the CA with tlsCAFile, or say tls=false.';
    }
  }
  return undefined;
}

function isEncoded(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
