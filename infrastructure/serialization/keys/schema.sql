CREATE SCHEMA IF NOT EXISTS system;

-- One data key per person and tenant, wrapped by the master key. Primary data: without a row, what was encrypted under
-- its key can't be read again. An erased person's row stays as a tombstone, so that no second key is ever made.
CREATE TABLE system.data_key (
  tenant     text COLLATE "C" NOT NULL,
  user_id    text COLLATE "C" NOT NULL,
  key_id     text COLLATE "C" NOT NULL UNIQUE,
  -- iv (12 bytes), encrypted key (32), tag (16)
  wrapped    bytea,
  created_at timestamptz NOT NULL DEFAULT now(),
  erased_at  timestamptz,
  PRIMARY KEY (tenant, user_id),
  CHECK ((wrapped IS NULL) = (erased_at IS NOT NULL))
);

-- Derived from the master key and telling nothing about it: a process with another one sees that before it writes.
CREATE TABLE system.master_key_check (
  singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
  value     bytea NOT NULL
);
