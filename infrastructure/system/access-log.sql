-- Who read what, who was refused what, and who came in: for each tenant a chain of its own, only ever added to.
CREATE TABLE system.access_log (
  tenant         text COLLATE "C" NOT NULL,
  -- from 0, without gaps
  seq            bigint NOT NULL,
  -- ms UTC
  at             bigint NOT NULL,
  kind           text NOT NULL,
  actor_kind     text NOT NULL,
  -- '' = nobody known
  actor_id       text NOT NULL,
  on_behalf_of   text,
  operation      text NOT NULL,
  about          text NOT NULL,
  -- '' = done, else what it was refused for
  outcome        text NOT NULL,
  correlation_id text NOT NULL,
  -- how often, where one row stands for many
  count          integer NOT NULL,
  prev_hash      text NOT NULL,
  hash           text NOT NULL,
  PRIMARY KEY (tenant, seq)
);
