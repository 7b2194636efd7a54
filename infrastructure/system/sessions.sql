-- Sessions that ended before their time. A user's generation is the greatest of his rows; a token that carries less than the
-- row of its platform, or than that of all (platform 0), has ended. `up_to` counts only for tokens without a generation.
ALTER TABLE system.token_revocation ALTER COLUMN up_to SET DEFAULT 0;
ALTER TABLE system.token_revocation ADD COLUMN generation bigint NOT NULL DEFAULT 0;
-- The token that a change of the password left as it was.
ALTER TABLE system.token_revocation ADD COLUMN spared text COLLATE "C";

-- Single sessions that were logged out; a row is of no use once its token has expired.
CREATE TABLE system.ended_session (
  token_id   text COLLATE "C" PRIMARY KEY,
  expires_at timestamptz NOT NULL
);
CREATE INDEX ended_session_expires_at ON system.ended_session (expires_at);

-- From where users logged in, by a hash of the network: guesses from elsewhere don't lock them out from there.
CREATE TABLE system.known_network (
  tenant  text COLLATE "C" NOT NULL,
  whose   text COLLATE "C" NOT NULL,
  print   text COLLATE "C" NOT NULL,
  seen_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant, whose, print)
);
CREATE INDEX known_network_seen_at ON system.known_network (seen_at);
