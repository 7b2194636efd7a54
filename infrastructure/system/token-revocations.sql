-- A user's tokens issued up to this time are void: all of them (platform 0), or those issued for one platform.
CREATE TABLE system.token_revocation (
  tenant   text COLLATE "C" NOT NULL,
  user_id  text COLLATE "C" NOT NULL,
  platform integer NOT NULL,
  -- ms UTC
  up_to    bigint NOT NULL,
  PRIMARY KEY (tenant, user_id, platform)
);
