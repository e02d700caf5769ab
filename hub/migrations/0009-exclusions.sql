-- Exclusion lists and what they hit (D25).

create table exclusion_list (
  id bigint generated always as identity primary key,
  organization_id bigint not null references organization,
  name text not null check (length(name) between 1 and 200),
  description text,
  -- protected: one's own; never exported, whatever else is said.
  kind text not null check (kind in ('own', 'protected', 'misp')),
  -- How entries match: 'value' is exact, with * as a wildcard, a leading dot as a suffix, and networks as networks.
  matching text not null check (matching in ('value', 'string', 'substring', 'hostname', 'cidr', 'regex')),
  -- Indicator types that it judges; null means every one that its entries can be.
  indicator_types text[],
  mode text not null check (mode in ('inform', 'block')),
  at_import boolean not null,
  at_export boolean not null,
  is_enabled boolean not null default true,
  -- MISP's own version number, for the next upload.
  misp_version bigint,
  entry_count int not null default 0,
  -- For the bounds of an organization: characters of all entries, and entries that are looked for inside values.
  character_count bigint not null default 0,
  pattern_count int not null default 0,
  -- Goes up with each change of anything above or of an entry.
  revision bigint not null default 1,
  changed_at timestamptz not null default now(),
  check (kind <> 'protected' or (mode = 'block' and at_export)),
  unique (organization_id, name)
);

create table exclusion_entry (
  list_id bigint not null references exclusion_list on delete cascade,
  number int not null,
  entry text not null check (length(entry) between 1 and 2000),
  note text,
  primary key (list_id, number)
);

-- What the lists say of indicators of the library. No foreign key on indicators, as with assertions.
create table excluded_indicator (
  organization_id bigint not null,
  indicator_id uuid not null,
  list_id bigint not null references exclusion_list on delete cascade,
  entry text not null,
  -- Whether it keeps the value out of exports.
  blocks_export boolean not null,
  found_at timestamptz not null default now(),
  primary key (organization_id, indicator_id, list_id)
);
create index excluded_indicator_of_list on excluded_indicator (list_id);

-- The state of an organization's lists: `wanted_revision` goes up with each change of any of them, in its transaction. And which state
-- the library was held against, and how far a pass over it has come. A batch that judged by an earlier state than stands here when it
-- commits leaves what it wrote in exclusion_pending; it holds this row shared until then, so that no change overtakes it.
create table exclusion_pass (
  organization_id bigint primary key references organization,
  wanted_revision bigint not null default 0,
  revision bigint not null default 0,
  -- Where the pass goes on; null when it is through.
  after_id uuid,
  started_at timestamptz,
  finished_at timestamptz
);

-- Indicators that must be judged once more.
create table exclusion_pending (
  id bigint generated always as identity primary key,
  organization_id bigint not null,
  indicator_ids uuid[] not null
);

alter table collection_member add column excluded boolean not null default false;
