-- What was signed of the log: so many events from its start, in this order. Append-only.
CREATE TABLE system.seal (
  size       bigint PRIMARY KEY CHECK (size > previous),
  -- the size of the seal before, 0 for the first: of two who go on from the same one, one is refused
  previous   bigint NOT NULL UNIQUE,
  -- the roots of the complete subtrees, greatest first, 32 bytes each: what the tree grows on from
  subtrees   bytea NOT NULL,
  -- signed note
  checkpoint text NOT NULL,
  -- position of the last event under it; of another store since the log was copied there
  bookmark   text COLLATE "C" NOT NULL,
  sealed_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX seal_bookmark ON system.seal (bookmark);

-- The tree's hashes: 256 roots of subtrees of 256^level leaves in a row, 32 bytes each; the last row of a level may be shorter.
CREATE TABLE system.seal_tile (
  level  smallint NOT NULL,
  index  bigint NOT NULL,
  hashes bytea NOT NULL,
  PRIMARY KEY (level, index)
);
-- Hashes can't be compressed.
ALTER TABLE system.seal_tile ALTER COLUMN hashes SET STORAGE EXTERNAL;
