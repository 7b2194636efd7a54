-- States of long streams, so that a cold load reads only the events after them. Disposable: the stream says all of it, and a
-- snapshot that doesn't fit its stream is ignored.
CREATE TABLE system.snapshot (
  stream   text COLLATE "C" NOT NULL,
  -- of the fold that made it
  version  integer NOT NULL,
  revision bigint NOT NULL,
  -- of the event at that revision
  hash     text COLLATE "C" NOT NULL,
  -- ms UTC
  last_at  bigint NOT NULL,
  -- over all of the above and the state: what was altered by hand is no snapshot
  print    text COLLATE "C" NOT NULL,
  bytes    integer NOT NULL,
  -- JSON text
  state    text NOT NULL,
  kept_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (stream, version, revision)
);
