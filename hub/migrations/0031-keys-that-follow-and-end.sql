-- Keys for packages and server files follow each other as those for commands do, and a key that others may have ends at once (D7).
alter table signing_key
  -- The publisher key that stood in for a release key has a follower for each of the two.
  drop constraint signing_key_predecessor_id_key,
  add constraint signing_key_follower_key unique (predecessor_id, purpose),
  add column revoked_at timestamptz,
  -- Of KeyRevocation.
  add column revocation_follower_ids text[],
  add column revocation_signature bytea,
  add constraint revocation_whole_check check (
    (revoked_at is null) = (revocation_signature is null)
    and (revoked_at is null) = (revocation_follower_ids is null)
    and (revoked_at is null or retired_at is not null)
  );

-- Ids of the hub's keys for packages and for server files that a server trusts; null: it has not said.
alter table environment_server_settings
  add column publisher_keys text[],
  add column release_keys text[];

-- Signatures of packages by publisher keys before the one that signs now, for servers that do not trust that one yet.
create table earlier_signature (
  app_version_id bigint not null references app_version on delete cascade,
  publisher_key_id text not null references signing_key,
  signature bytea not null,
  primary key (app_version_id, publisher_key_id)
);

-- Tokens of `.env` files go some time after they have ended.
create index environment_move_of_end on environment_move (expires_at);
