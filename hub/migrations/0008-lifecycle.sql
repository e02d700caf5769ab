-- What time, sightings, false positives and people make of assertions (D24, D28), and what attributes may hold.

-- Status of what an owner asserts without saying one (LIB-2). A source's own word comes before it.
alter table owner add column status_default text not null default 'Active'
  check (status_default in ('Active', 'Review', 'Expired', 'Indirect', 'Whitelisted'));
-- An owner that is being taken out: its assertions go in bounded steps, and nobody writes in its name any more.
alter table owner add column removal_started_at timestamptz;
-- How far that has come; null at its beginning.
alter table owner add column removal_after_id uuid;
-- When all of it was out. What still names the owner, as its batches do, keeps the row; its name is free again.
alter table owner add column removed_at timestamptz;
create index owner_being_removed on owner (removal_started_at) where removal_started_at is not null and removed_at is null;

-- The columns rating, confidence, status, active and expires hold what is in force; `said` what the owner said of those that differ.
alter table assertion add column said jsonb;
-- When the owner said it last; null means at modified_at.
alter table assertion add column stated_at timestamptz;
-- When the values in force change next by themselves.
alter table assertion add column next_change_at timestamptz;
create index assertion_due on assertion (next_change_at) where next_change_at is not null;

-- How assertions of an owner lose confidence. The type '*' stands for all that have no rule of their own.
create table deprecation_rule (
  owner_id bigint not null references owner on delete cascade,
  indicator_type text not null,
  interval_hours int not null check (interval_hours between 1 and 87600),
  amount smallint not null check (amount between 1 and 100),
  is_percent boolean not null,
  -- What an assertion without a confidence begins with.
  confidence_start smallint not null default 100 check (confidence_start between 1 and 100),
  at_minimum text not null check (at_minimum in ('nothing', 'inactive', 'delete')),
  changed_at timestamptz not null default now(),
  primary key (owner_id, indicator_type)
);

-- An owner whose rules changed: its assertions are computed anew in bounded steps.
create table lifecycle_pass (
  owner_id bigint primary key references owner on delete cascade,
  -- Where the pass goes on; null at its beginning.
  after_id uuid,
  started_at timestamptz not null
);

-- Indicators whose sightings, reports or decisions changed, and whose assertions and counts were not computed with that yet.
create table lifecycle_pending (
  id bigint generated always as identity primary key,
  organization_id bigint not null references organization,
  indicator_ids uuid[] not null
);

-- A control, or a person, saw an indicator. An alert's sightings belong to its Event group.
create table sighting (
  id bigint generated always as identity primary key,
  organization_id bigint not null references organization,
  indicator_id uuid not null,
  -- Who reports it: its own assertions are not moved by it (S1).
  owner_id bigint not null,
  control_id bigint references control,
  group_id bigint references library_group on delete cascade,
  seen_at timestamptz not null,
  count int not null default 1 check (count > 0),
  recorded_at timestamptz not null default now(),
  recorded_by text not null
);
create index sighting_of_indicator on sighting (indicator_id, seen_at);
create index sighting_over_time on sighting (organization_id, seen_at);
create unique index sighting_of_group on sighting (group_id, indicator_id) where group_id is not null;

-- One a reporter, indicator and day.
create table false_positive (
  id bigint generated always as identity primary key,
  organization_id bigint not null references organization,
  indicator_id uuid not null,
  reported_by text not null,
  reported_on date not null,
  note text,
  reported_at timestamptz not null,
  unique (organization_id, indicator_id, reported_by, reported_on)
);
create index false_positive_of_indicator on false_positive (indicator_id, reported_at);

create table decision (
  organization_id bigint not null references organization,
  indicator_id uuid not null,
  status text check (status in ('Active', 'Review', 'Expired', 'Indirect', 'Whitelisted')),
  rating real check (rating between 0 and 5),
  confidence smallint check (confidence between 0 and 100),
  expires timestamptz,
  reason text not null check (length(reason) between 1 and 1000),
  decided_by text not null,
  decided_at timestamptz not null,
  -- The decision's own end; the computed values come back then.
  until timestamptz,
  primary key (organization_id, indicator_id)
);
create index decision_by_end on decision (until) where until is not null;

-- For queries: how often an indicator was seen, and reported as harmless.
alter table indicator_view add column sighting_count int not null default 0;
alter table indicator_view add column last_sighted timestamptz;
alter table indicator_view add column false_positive_count int not null default 0;
alter table indicator_view add column last_false_positive timestamptz;

-- Attributes that an organization knows; one that a batch names first is added without rules.
create table attribute_type (
  id bigint generated always as identity primary key,
  organization_id bigint not null references organization,
  name text not null check (length(name) between 1 and 200),
  description text,
  -- Types of indicators and groups that may have it; null means all.
  indicator_types text[],
  group_types text[],
  length_max int not null default 100000 check (length_max between 1 and 100000),
  -- What a value must match as a whole: a linear-time expression (re2).
  pattern text,
  -- The values that there are; null means any.
  choices text[],
  created_at timestamptz not null default now()
);
create unique index attribute_type_by_name on attribute_type (organization_id, lower(name));
-- Goes up with each change of a rule, so that whoever keeps the rules knows whether they are the newest; 0 until the types that
-- ThreatConnect has from the start were written.
alter table organization add column attribute_revision bigint not null default 0;
insert into attribute_type (organization_id, name)
  select o.organization_id, min(t.type)
  from (select distinct owner_id, type from assertion_attribute
        union select distinct g.owner_id, a.type from group_attribute a join library_group g on g.id = a.group_id) t
  join owner o on o.id = t.owner_id
  where length(t.type) between 1 and 200
  group by o.organization_id, lower(t.type);

-- A person took this merge back: what the owner says again does not put it in again (D2).
alter table indicator_link add column taken_back_at timestamptz;

-- STIX and people say how two groups are related; 'related-to' where nobody did. The first is the one that does.
alter table group_link add column kind text not null default 'related-to';
alter table group_link add column owner_id bigint;
alter table group_link drop constraint group_link_pkey;
alter table group_link drop constraint group_link_check;
alter table group_link add primary key (group_id, linked_id, kind);
