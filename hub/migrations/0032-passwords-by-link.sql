-- Links by which people choose a password: invited ones their first, others a new one.

-- Null while an invited person has not chosen one.
alter table user_account alter column password_hash drop not null;

-- Whose it is, so that it ends with its maker's account. Null for tokens made on the hub's own machine.
alter table api_token add column user_id bigint references user_account;
update api_token set user_id = user_account.id from user_account
where user_account.organization_id = api_token.organization_id and lower(user_account.username) = lower(api_token.created_by);
create index api_token_of_user on api_token (user_id) where revoked_at is null;

-- A user's one link; a newer one takes its place. Only the hash of its token is kept.
create table password_link (
  user_id bigint primary key references user_account on delete cascade,
  kind text not null check (kind in ('invitation', 'reset')),
  token_sha256 bytea not null unique,
  created_at timestamptz not null,
  expires_at timestamptz not null
);
create index password_link_by_expiry on password_link (expires_at);

-- What strangers asked for under "Forgotten password". Who is meant is looked up later, so that the answer does not depend on it.
create table password_request (
  id bigint generated always as identity primary key,
  -- A user name or a mail address, as it was typed.
  name text not null check (length(name) between 1 and 254),
  address text not null,
  -- Of the address: a /24, or a /64 of IPv6. Null on the machine's own door.
  network cidr,
  asked_at timestamptz not null,
  tries int not null default 0,
  -- Null once all that can be done is done; the row then only counts.
  next_try_at timestamptz
);
create index password_request_waiting on password_request (next_try_at) where next_try_at is not null;
create index password_request_of_network on password_request (network, asked_at);
create index password_request_by_time on password_request (asked_at);
create index sign_in_failure_by_time on sign_in_failure (at);
