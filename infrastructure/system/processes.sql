-- Up to where each process has reacted to the log: what lies before is done. Nothing else says it.
CREATE TABLE system.process_checkpoint (
  name       text COLLATE "C" PRIMARY KEY,
  -- carries the identity of the event store; '' is before the first event
  position   text COLLATE "C" NOT NULL,
  -- counted up by each new leader
  epoch      bigint NOT NULL DEFAULT 0,
  updated_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 50);

-- Events that a process could not react to: the others went on.
CREATE TABLE system.process_parked (
  process   text COLLATE "C" NOT NULL,
  event_id  text COLLATE "C" NOT NULL,
  -- what it was to be done to; '' where the event itself is to blame
  target    text COLLATE "C" NOT NULL,
  stream    text COLLATE "C" NOT NULL,
  revision  bigint NOT NULL,
  position  text COLLATE "C" NOT NULL,
  type      text NOT NULL,
  error     text NOT NULL,
  parked_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (process, event_id, target)
);
