CREATE SCHEMA IF NOT EXISTS system;

-- Requests with an idempotency key. A row lives 24 hours from its claim; an older one counts as absent.
CREATE TABLE system.idempotency (
  scope      text COLLATE "C" PRIMARY KEY,
  -- which claim of this scope: whoever holds an older one changes nothing
  token      uuid NOT NULL,
  body_hash  text COLLATE "C" NOT NULL,
  stream     text COLLATE "C" NOT NULL,
  -- the stream's revision at the claim: what the request wrote stands after it
  since      bigint NOT NULL,
  -- how many work under the claim; the last one whose attempt came to nothing frees it
  attempts   integer NOT NULL DEFAULT 1,
  -- JSON text, not jsonb: a repeat is answered with the same members in the same order
  outcome    text,
  claimed_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX idempotency_claimed_at ON system.idempotency (claimed_at);

-- Ids that the server made, by the key of the request that wanted one.
CREATE TABLE system.reserved_id (
  tenant      text COLLATE "C" NOT NULL,
  kind        text COLLATE "C" NOT NULL,
  key         text COLLATE "C" NOT NULL,
  value       text COLLATE "C" NOT NULL,
  reserved_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant, kind, key)
);
CREATE INDEX reserved_id_reserved_at ON system.reserved_id (reserved_at);

-- Names that only one may have (login, phone). Unconfirmed until the holder's registration stands.
CREATE TABLE system.reserved_name (
  tenant     text COLLATE "C" NOT NULL,
  kind       text COLLATE "C" NOT NULL,
  name       text COLLATE "C" NOT NULL,
  holder     text COLLATE "C" NOT NULL,
  confirmed  boolean NOT NULL DEFAULT false,
  claimed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant, kind, name)
);

-- Passwords, one for each registration that tried for the user id: the one named by the user's first event counts.
CREATE TABLE system.credential (
  tenant       text COLLATE "C" NOT NULL,
  user_id      text COLLATE "C" NOT NULL,
  -- the command key of its UserRegistered
  registration text COLLATE "C" NOT NULL,
  -- normalised; null: he logs in by his user id only
  login        text COLLATE "C",
  -- argon2id in PHC form
  phc          text NOT NULL,
  -- the registration is known to stand
  confirmed    boolean NOT NULL DEFAULT false,
  created_at   timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant, user_id, registration)
);

-- Numbers of groups and users: 2^52 … 2^53-1, exact as JSON numbers.
CREATE SEQUENCE system.number AS bigint MINVALUE 4503599627370496 MAXVALUE 9007199254740991 NO CYCLE;
