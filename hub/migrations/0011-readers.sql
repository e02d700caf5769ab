-- Machines that fetch, and what they fetch: lists and TAXII collections (D27).

create table reader (
  id bigint generated always as identity primary key,
  organization_id bigint not null references organization,
  name text not null check (length(name) between 1 and 100),
  -- User name of its Basic credential; unique in the hub, since nothing else says whose it is.
  username text unique check (length(username) between 1 and 100),
  password_hash text,
  token_sha256 bytea unique,
  certificate_sha256 bytea unique,
  -- Networks that it may come from; empty means any.
  networks cidr[] not null default '{}',
  created_by text not null,
  created_at timestamptz not null default now(),
  last_used_at timestamptz,
  disabled_at timestamptz,
  check ((username is null) = (password_hash is null)),
  unique (organization_id, name)
);

create table firewall_list (
  id bigint generated always as identity primary key,
  organization_id bigint not null references organization,
  -- Its address is /lists/<name>, so it is unique in the hub and safe as a path element (S11).
  name text not null unique check (name ~ '^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$'),
  collection_id bigint not null references collection,
  format text not null,
  indicator_types text[],
  tlp_max smallint not null default 2 check (tlp_max between 0 and 4),
  -- No more values than the firewall takes; beyond them the list is held back.
  values_max int check (values_max > 0),
  -- Share of values that may go at once, in percent.
  shrink_percent_max smallint not null default 50 check (shrink_percent_max between 0 and 100),
  is_public boolean not null default false,
  -- Networks that need no credential.
  open_networks cidr[] not null default '{}',
  -- The version that is served: the last one that passed its guard.
  served_version int,
  served_count bigint,
  served_since timestamptz,
  served_text_id bigint,
  -- A newer version that is held back, and why.
  held_version int,
  held_reason text,
  held_text_id bigint,
  -- The collection's version that was last made into a text, when, and how long that took.
  considered_version int not null default 0,
  considered_at timestamptz,
  considered_ms int not null default 0,
  created_at timestamptz not null default now(),
  changed_at timestamptz not null default now()
);
create index firewall_list_of_collection on firewall_list (collection_id);

-- A version of a list as it is sent, whole: written once, read as often as firewalls ask, and there when the collection's version
-- is no longer kept.
create table list_text (
  id bigint generated always as identity primary key,
  list_id bigint not null references firewall_list on delete cascade,
  collection_version int not null,
  value_count bigint not null,
  -- How many values were left out, by reason.
  left_out jsonb not null,
  byte_count bigint not null,
  gzip_byte_count bigint not null,
  sha256 bytea not null,
  made_at timestamptz not null,
  -- Since when nobody is given it any more; who reads it still reads it to its end.
  replaced_at timestamptz
);
create index list_text_of_list on list_text (list_id);
-- About 64 KB each; the parts of `gzip` together are one gzip member.
create table list_text_part (
  text_id bigint not null references list_text on delete cascade,
  number int not null,
  body text not null,
  gzip bytea not null,
  primary key (text_id, number)
);
-- Read whole, and often: not compressed once more.
alter table list_text_part alter column body set storage external;
alter table list_text_part alter column gzip set storage external;

create table taxii_root (
  id bigint generated always as identity primary key,
  organization_id bigint not null references organization,
  -- /taxii2/<name>/
  name text not null unique check (name ~ '^[a-z0-9][a-z0-9-]{0,63}$' and name not in ('collections', 'status')),
  title text not null,
  description text
);

create table taxii_collection (
  id uuid primary key,
  root_id bigint not null references taxii_root,
  title text not null,
  description text,
  alias text,
  -- What is read: a data collection's members, or an owner's objects as they came; what is written goes to the owner.
  collection_id bigint references collection,
  owner_id bigint references owner,
  can_read boolean not null,
  can_write boolean not null,
  tlp_max smallint not null default 2 check (tlp_max between 0 and 4),
  -- The data collection's version that the numbered objects have come to.
  object_version int not null default 0,
  -- Number of the last object; they are numbered from 1 without gaps, in commit order.
  number_last bigint not null default 0,
  -- When the last object was added; the next one's time is later, so that times are as good to page by as numbers.
  added_last timestamptz not null default '-infinity',
  -- Bytes of its largest object: where a page of such would not be too large, none is measured.
  body_bytes_max int not null default 0,
  -- Of an owner: up to which of its kept objects they were taken over, and when what it asserts was last looked through.
  stix_number bigint not null default 0,
  asserted_until timestamptz not null default '-infinity',
  created_at timestamptz not null default now(),
  check ((collection_id is null) <> (owner_id is null)),
  check (not can_write or owner_id is not null),
  unique (root_id, alias)
);

-- One row a version of an object that a TAXII collection has. A row never changes, but for is_last. No foreign key: it would cost a
-- look-up a row.
create table taxii_object (
  taxii_collection_id uuid not null,
  number bigint not null,
  object_id text not null,
  type text not null,
  spec_version text not null,
  version timestamptz not null,
  added_at timestamptz not null,
  -- Whether no later version of the same object is there.
  is_last boolean not null,
  -- Of objects that the hub made: which value they say.
  indicator_id uuid,
  body text not null,
  primary key (taxii_collection_id, number)
);
create unique index taxii_object_by_id on taxii_object (taxii_collection_id, object_id, version);
create index taxii_object_by_added on taxii_object (taxii_collection_id, added_at);
create index taxii_object_by_type on taxii_object (taxii_collection_id, type, number) where is_last;
create index taxii_object_of_indicator on taxii_object (taxii_collection_id, indicator_id)
  where is_last and indicator_id is not null;

create table taxii_status (
  id uuid primary key,
  root_id bigint not null references taxii_root on delete cascade,
  reader_id bigint,
  state text not null check (state in ('pending', 'complete')),
  requested_at timestamptz not null,
  total_count int not null,
  outcomes jsonb not null
);
create index taxii_status_by_age on taxii_status (requested_at);

create table reader_list (
  reader_id bigint not null references reader on delete cascade,
  list_id bigint not null references firewall_list on delete cascade,
  primary key (reader_id, list_id)
);
create table reader_taxii_collection (
  reader_id bigint not null references reader on delete cascade,
  taxii_collection_id uuid not null references taxii_collection on delete cascade,
  can_read boolean not null,
  can_write boolean not null,
  primary key (reader_id, taxii_collection_id)
);
