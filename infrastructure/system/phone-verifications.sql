-- Phones that are being verified: the newest code sent to each, and the token that showing it gave. A row is of no use after a
-- day.
CREATE TABLE system.phone_verification (
  tenant        text COLLATE "C" NOT NULL,
  -- a keyed hash of the phone, as among the reserved names
  phone         text COLLATE "C" NOT NULL,
  -- a keyed hash of the code; null: none that could be shown
  code          text COLLATE "C",
  sent_at       timestamptz NOT NULL,
  -- since when the codes of a day are counted
  day_began     timestamptz NOT NULL,
  sent_that_day integer NOT NULL,
  tries         integer NOT NULL DEFAULT 0,
  -- sha-256 of the token
  token         text COLLATE "C",
  token_until   timestamptz,
  -- who uses the token; null: nobody yet
  taken_by      text COLLATE "C",
  -- the phone, encrypted
  sealed_phone  text COLLATE "C",
  PRIMARY KEY (tenant, phone)
);
CREATE INDEX phone_verification_token ON system.phone_verification (token);
CREATE INDEX phone_verification_day_began ON system.phone_verification (day_began);
