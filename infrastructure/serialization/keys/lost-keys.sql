-- Data keys that are gone without having been erased, and that an operator has given up: what they had encrypted reads as
-- erased. Who, when and whose stays for ever. A key that comes back to system.data_key opens again what it had encrypted.
CREATE TABLE system.lost_key (
  tenant      text COLLATE "C" NOT NULL,
  user_id     text COLLATE "C" NOT NULL,
  key_id      text COLLATE "C" NOT NULL,
  given_up_by text NOT NULL,
  given_up_at timestamptz NOT NULL DEFAULT now(),
  -- As it was found, where there was one that the master key didn't open.
  wrapped     bytea,
  PRIMARY KEY (tenant, user_id, key_id)
);
