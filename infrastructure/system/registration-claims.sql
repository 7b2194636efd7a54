-- Ids of users who are being registered.
CREATE TABLE system.registration_claim (
  tenant       text COLLATE "C" NOT NULL,
  user_id      text COLLATE "C" NOT NULL,
  registration text COLLATE "C" NOT NULL,
  -- of a registration of several users, which keeps out all others
  several      boolean NOT NULL,
  claimed_at   timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant, user_id)
);
