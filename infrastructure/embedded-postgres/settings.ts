/**
 * What Parley's own server is set to, beyond PostgreSQL's defaults. Durability (fsync, synchronous_commit,
 * full_page_writes) is left as PostgreSQL has it: on. Written to `parley.conf`, which `postgresql.conf` includes first, so
 * an operator's own lines there win.
 */
const SETTINGS: Readonly<Record<string, string>> = {
  max_connections: '200',
  shared_buffers: '256MB',
  max_wal_size: '2GB',
  min_wal_size: '256MB',
  checkpoint_timeout: '15min',
  wal_compression: 'on',
  random_page_cost: '1.1',
  timezone: 'UTC',
  log_timezone: 'UTC',
  lc_messages: 'C',
  // The log stays small and without users' data: no detail lines ("Key (login)=(alice) already exists"), no statements.
  log_error_verbosity: 'terse',
  log_min_error_statement: 'panic',
  log_checkpoints: 'off',
};

export const POSTGRESQL_CONF = `# Parley's settings are in parley.conf, written anew at every start. Lines below it win.
include 'parley.conf'
`;

export function parleyConf(): string {
  return Object.entries(SETTINGS)
    .map(([name, value]) => `${name} = '${value}'\n`)
    .join('');
}
