-- The log of all streams. position is assigned under the append lock, without gaps. The unique key is what the append
-- reads a stream's revision from, and the last line of defence against a writer that went past the lock.
-- data and metadata are text: exactly the bytes that were hashed. An event's id has no index of its own: a repeat is
-- recognised at its revision.
CREATE TABLE events.log (
  position bigint PRIMARY KEY,
  revision bigint NOT NULL,
  id       uuid   NOT NULL,
  stream   text   COLLATE "C" NOT NULL,
  type     text   COLLATE "C" NOT NULL,
  data     text   NOT NULL,
  metadata text   NOT NULL,
  UNIQUE (stream, revision)
);
