import { WrongWords } from '../../../application/ports/wrong-words.js';

/** Where a log is kept. */
export type StoreAddress =
  | { readonly kind: 'postgres'; readonly url: string }
  | { readonly kind: 'eventstoredb'; readonly connectionString: string }
  /** The PostgreSQL that Parley runs itself, of this data directory. */
  | { readonly kind: 'embedded'; readonly dataDir: string };

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * `embedded:<data directory>`, `postgres://…`, `esdb://…` (also `kurrentdb://` and `+discover`), or `env:NAME` for one of
 * these in an environment variable: arguments can be read by every user of the machine, and URLs hold passwords.
 *
 * @throws WrongWords without the text, which may hold a password.
 */
export function parseAddress(text: string, env: Variables): StoreAddress {
  const variable = /^env:(\w+)$/.exec(text)?.[1];
  if (variable !== undefined) {
    const value = env[variable]?.trim() ?? '';
    if (value === '') throw new WrongWords(`The environment variable ${variable} is not set.`);
    return parseAddress(value.replace(/^env:/, ''), env);
  }
  if (/^embedded:./.test(text)) return { kind: 'embedded', dataDir: text.slice('embedded:'.length) };
  if (/^postgres(ql)?:\/\//.test(text) && URL.canParse(text)) return { kind: 'postgres', url: text };
  if (/^(esdb|kurrentdb)(\+discover)?:\/\/[^/?]+/.test(text)) {
    return { kind: 'eventstoredb', connectionString: text.replace(/^kurrentdb/, 'esdb') };
  }
  throw new WrongWords(
    'A store is named embedded:<data directory>, postgres://user:password@host:5432/database, esdb://host:2113, or env:NAME for a variable that holds one of these.',
  );
}

/** Where the server of this environment keeps its log. @throws WrongWords */
export function configuredAddress(env: Variables): StoreAddress {
  const set = (name: string): string | undefined => (env[name]?.trim() === '' ? undefined : env[name]?.trim());
  const eventStore = set('EVENT_STORE');
  if (eventStore !== undefined && eventStore !== 'postgres') return parseAddress(eventStore, {});
  return parseAddress(set('DATABASE_URL') ?? `embedded:${set('DATA_DIR') ?? './data'}`, {});
}

/** For people: without user and password. */
export function shownAddress(address: StoreAddress): string {
  switch (address.kind) {
    case 'embedded':
      return `embedded:${address.dataDir}`;
    case 'postgres': {
      const { host, pathname } = new URL(address.url);
      return `postgres://${host}${pathname}`;
    }
    case 'eventstoredb':
      return address.connectionString.replace(/^([a-z+]+:\/\/)[^/?]*@/, '$1').replace(/\?.*$/, '');
  }
}
