-- One row: who this log is. Part of every position, so that a cursor of another store is recognised.
CREATE TABLE events.store (
  identity text NOT NULL,
  only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one)
);

INSERT INTO events.store (identity) VALUES (replace(gen_random_uuid()::text, '-', ''));
