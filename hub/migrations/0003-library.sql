-- The library: indicators, what owners assert of them, groups, batches with their ledgers, data collections with versions.

-- Identity (D1): id = the first 16 bytes of SHA-256(type, 0x00, canonical value). Rows are never changed or removed.
create table indicator (
  id uuid primary key,
  type text not null,
  value text not null,
  canonical_version smallint not null
);
-- For LIKE, CONTAINS, STARTSWITH and ENDSWITH in TQL (library/value-pattern.ts). Hashes and addresses stay out: they would be
-- most of the index, and hardly anyone looks for a part of one. New entries wait in a list that the hub merges in the background
-- (batches/tidy.ts); the limit is where a batch would have to do it itself.
create index indicator_by_value_trigram on indicator using gin (value gin_trgm_ops) with (gin_pending_list_limit = 131072)
  where type not in ('Address', 'File', 'ASN', 'CIDR');

-- What one owner says of one indicator. No foreign keys on the tables that batches fill: each would cost a look-up and a
-- row lock a row, a batch writes identity and assertion in one transaction, and neither indicators nor owners are removed.
create table assertion (
  indicator_id uuid not null,
  owner_id bigint not null,
  -- The number that /api/v2 and /api/v3 show: TcEx demands integers.
  id bigint generated always as identity unique,
  -- Of what was last sent, write modes included; null after any other change, so that the next batch is compared in full.
  digest uuid,
  rating real check (rating between 0 and 5),
  confidence smallint check (confidence between 0 and 100),
  active boolean not null,
  private boolean not null,
  status text not null,
  -- Names, sorted and without doubles.
  tags text[] not null,
  labels text[] not null,
  -- The narrowest TLP among the labels: 0 CLEAR, 1 GREEN, 2 AMBER, 3 AMBER+STRICT, 4 RED.
  tlp smallint check (tlp between 0 and 4),
  first_seen timestamptz,
  last_seen timestamptz,
  expires timestamptz,
  -- What else was sent: file size and occurrences, DNS and WHOIS flags, external dates.
  detail jsonb,
  added_at timestamptz not null,
  modified_at timestamptz not null,
  constraint assertion_status check (status in ('Active', 'Review', 'Expired', 'Indirect', 'Whitelisted')),
  primary key (indicator_id, owner_id)
);
create index assertion_by_tag on assertion using gin (tags) with (gin_pending_list_limit = 131072);

create table assertion_attribute (
  id bigint generated always as identity primary key,
  indicator_id uuid not null,
  owner_id bigint not null,
  type text not null,
  value text not null,
  source text,
  displayed boolean not null,
  pinned boolean not null,
  added_at timestamptz not null default now()
);
create index assertion_attribute_of_assertion on assertion_attribute (indicator_id, owner_id);

-- Registers of names, with the numbers that /api shows.
create table tag (
  id bigint generated always as identity primary key,
  name text not null unique check (length(name) between 1 and 128),
  created_at timestamptz not null default now()
);
create table security_label (
  id bigint generated always as identity primary key,
  name text not null unique check (length(name) between 1 and 128),
  description text,
  color text,
  created_at timestamptz not null default now()
);

create table library_group (
  id bigint generated always as identity primary key,
  owner_id bigint not null references owner,
  xid text not null check (length(xid) between 1 and 500),
  type text not null,
  name text not null,
  status text,
  event_date timestamptz,
  publish_date timestamptz,
  first_seen timestamptz,
  last_seen timestamptz,
  digest uuid,
  tags text[] not null,
  labels text[] not null,
  tlp smallint check (tlp between 0 and 4),
  detail jsonb,
  added_at timestamptz not null,
  modified_at timestamptz not null,
  unique (owner_id, xid)
);
create index library_group_by_name on library_group using gin (name gin_trgm_ops);

create table group_attribute (
  id bigint generated always as identity primary key,
  group_id bigint not null references library_group on delete cascade,
  type text not null,
  value text not null,
  source text,
  displayed boolean not null,
  pinned boolean not null,
  added_at timestamptz not null default now()
);
create index group_attribute_of_group on group_attribute (group_id);

create table indicator_group (
  indicator_id uuid not null,
  owner_id bigint not null,
  group_id bigint not null references library_group on delete cascade,
  added_at timestamptz not null default now(),
  primary key (indicator_id, owner_id, group_id)
);
create index indicator_group_of_group on indicator_group (group_id);

-- group_id < linked_id: each pair once.
create table group_link (
  group_id bigint not null references library_group on delete cascade,
  linked_id bigint not null references library_group on delete cascade,
  added_at timestamptz not null default now(),
  primary key (group_id, linked_id),
  check (group_id < linked_id)
);
create index group_link_reverse on group_link (linked_id);

-- Indicators that an owner joins: kind 'Same File' for the hashes of one file (D2), else the association's type.
create table indicator_link (
  indicator_id uuid not null,
  owner_id bigint not null,
  linked_id uuid not null,
  kind text not null,
  added_at timestamptz not null default now(),
  primary key (indicator_id, owner_id, linked_id, kind),
  check (indicator_id < linked_id)
);
create index indicator_link_reverse on indicator_link (linked_id, owner_id);

-- What an organization sees of an indicator: computed from its owners' assertions in the transaction that changes them.
create table indicator_view (
  organization_id bigint not null,
  indicator_id uuid not null,
  rating real,
  confidence smallint,
  active boolean not null,
  tlp smallint,
  owner_ids bigint[] not null,
  tags text[] not null,
  added_at timestamptz not null,
  modified_at timestamptz not null,
  primary key (organization_id, indicator_id)
);
-- For pages, newest first.
create index indicator_view_by_added on indicator_view (organization_id, added_at, indicator_id);

-- What was deleted, so that every reader learns of it.
create table tombstone (
  id bigint generated always as identity primary key,
  organization_id bigint not null references organization,
  owner_id bigint not null references owner,
  kind text not null check (kind in ('indicator', 'group')),
  indicator_id uuid,
  group_xid text,
  batch_id bigint,
  deleted_at timestamptz not null default now(),
  check ((kind = 'indicator') = (indicator_id is not null)),
  check ((kind = 'group') = (group_xid is not null))
);
create index tombstone_of_organization on tombstone (organization_id, deleted_at);
create index tombstone_of_indicator on tombstone (indicator_id) where indicator_id is not null;

create table batch (
  id bigint generated always as identity primary key,
  organization_id bigint not null references organization,
  owner_id bigint not null references owner,
  execution_id bigint references execution,
  sent_by text not null,
  state text not null check (state in ('created', 'completed')),
  action text not null check (action in ('Create', 'Delete')),
  config jsonb not null,
  -- Over config and content: the same again by the same execution is answered from here.
  content_sha256 bytea,
  item_count int not null default 0,
  created int not null default 0,
  updated int not null default 0,
  unchanged int not null default 0,
  deleted int not null default 0,
  refused int not null default 0,
  -- Written, but with a part left behind: an association whose other end is not there.
  partial int not null default 0,
  unprocessed int not null default 0,
  groups_created int not null default 0,
  groups_updated int not null default 0,
  groups_unchanged int not null default 0,
  groups_deleted int not null default 0,
  groups_refused int not null default 0,
  associations int not null default 0,
  associations_refused int not null default 0,
  created_at timestamptz not null default now(),
  completed_at timestamptz
);
create index batch_of_execution on batch (execution_id, id);
create index batch_of_organization on batch (organization_id, id);
create index batch_never_uploaded on batch (created_at) where state = 'created';

-- The ledger: every item of every batch, in blocks of one outcome. A row an item would cost as much as the indicator itself.
create table batch_item_block (
  batch_id bigint not null references batch on delete cascade,
  outcome text not null check (outcome in ('created', 'updated', 'unchanged', 'deleted', 'refused')),
  number int not null,
  item_count int not null,
  -- Whether any of its items carries a code and a reason.
  has_reason boolean not null,
  -- gzip of a JSON array of [position, kind, type, summary, code, reason].
  items bytea not null,
  primary key (batch_id, outcome, number)
);
-- It is compressed already.
alter table batch_item_block alter column items set storage external;

create table execution_unmapped (
  execution_id bigint not null references execution,
  organization_id bigint not null references organization,
  number int not null,
  what text not null,
  reason text not null,
  count bigint not null,
  examples text[] not null,
  primary key (execution_id, number)
);

-- A saved query and its versioned members (D3).
create table collection (
  id bigint generated always as identity primary key,
  organization_id bigint not null references organization,
  name text not null,
  tql text not null,
  freshness_seconds int not null check (freshness_seconds > 0),
  version int not null default 0,
  member_count bigint not null default 0,
  -- Number of the last change; changes are numbered from 1 without gaps, in commit order.
  change_last bigint not null default 0,
  refreshed_at timestamptz,
  created_at timestamptz not null default now(),
  unique (organization_id, name)
);
create index collection_by_refresh on collection (refreshed_at);

create table collection_version (
  collection_id bigint not null references collection on delete cascade,
  version int not null,
  member_count bigint not null,
  entered bigint not null,
  departed bigint not null,
  made_at timestamptz not null,
  primary key (collection_id, version)
);
create index collection_version_by_age on collection_version (made_at);

-- until_version: the first version that no longer has it; null while it is a member.
create table collection_member (
  collection_id bigint not null references collection on delete cascade,
  indicator_id uuid not null,
  from_version int not null,
  until_version int,
  primary key (collection_id, indicator_id, from_version)
);
create unique index collection_member_now on collection_member (collection_id, indicator_id) where until_version is null;
create index collection_member_past on collection_member (collection_id, until_version) where until_version is not null;

create table collection_change (
  collection_id bigint not null references collection on delete cascade,
  number bigint not null,
  version int not null,
  indicator_id uuid not null,
  change text not null check (change in ('entered', 'departed')),
  primary key (collection_id, number)
);
create index collection_change_of_version on collection_change (collection_id, version);

-- Indicators that batches touched and collections have not looked at yet; written in the batch's transaction.
create table collection_pending (
  id bigint generated always as identity primary key,
  organization_id bigint not null references organization,
  indicator_ids uuid[] not null
);
create index collection_pending_of_organization on collection_pending (organization_id, id);
