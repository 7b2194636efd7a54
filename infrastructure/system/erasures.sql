-- Erasures of persons that are under way. The row goes with the last step; what it says stands in the log then.
CREATE TABLE system.erasure (
  tenant         text COLLATE "C" NOT NULL,
  user_id        text COLLATE "C" NOT NULL,
  reason         text NOT NULL,
  -- who asked for it, as JSON
  actor          text NOT NULL,
  via            text NOT NULL,
  correlation_id text NOT NULL,
  begun_at       timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant, user_id)
);
