-- How far each participant has read. State, not history: it is raised in place.
CREATE TABLE system.read_position (
  tenant       text COLLATE "C" NOT NULL,
  -- the conversation's key as text
  conversation text COLLATE "C" NOT NULL,
  user_id      text COLLATE "C" NOT NULL,
  up_to_seq    bigint NOT NULL,
  -- how many messages that count as unread stand up to that one
  countable    bigint NOT NULL,
  -- the view's event that set it last, -1: none did
  set_by       bigint NOT NULL DEFAULT -1,
  updated_at   timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant, conversation, user_id)
) WITH (fillfactor = 80);
CREATE INDEX read_position_of_user ON system.read_position (tenant, user_id, conversation);
