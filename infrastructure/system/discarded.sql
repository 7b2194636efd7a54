-- What an operator decided that a projection or a process never does. Not even a replay does it. What it had failed with is
-- not kept: that may quote what the event says.
CREATE TABLE system.discarded_event (
  -- a projection's name, whatever its version, or a process's
  follower     text COLLATE "C" NOT NULL,
  event_id     text COLLATE "C" NOT NULL,
  -- what a process was to do it to; '' where that is the event itself
  target       text COLLATE "C" NOT NULL DEFAULT '',
  stream       text COLLATE "C" NOT NULL,
  revision     bigint NOT NULL,
  position     text COLLATE "C" NOT NULL,
  type         text NOT NULL,
  decided_by   text NOT NULL,
  reason       text NOT NULL,
  discarded_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (follower, event_id, target)
);
