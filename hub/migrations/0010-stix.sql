-- STIX objects as they came (D26). One row a version of an object, as TAXII counts them.

create table stix_object (
  number bigint generated always as identity primary key,
  owner_id bigint not null references owner,
  object_id text not null check (length(object_id) between 1 and 300),
  type text not null,
  -- `modified`, else `created`, else when it came.
  version timestamptz not null,
  spec_version text not null check (spec_version in ('2.0', '2.1')),
  -- The object as UTF-8 JSON, without what surrounds it in a bundle.
  body text not null,
  body_sha256 bytea not null,
  -- What it was mapped to, for the way out.
  indicator_ids uuid[] not null default '{}',
  group_id bigint references library_group on delete set null,
  outcome text not null check (outcome in ('mapped', 'kept')),
  reason text,
  added_at timestamptz not null,
  unique (owner_id, object_id, version)
);
create index stix_object_of_group on stix_object (group_id) where group_id is not null;
create index stix_object_of_indicator on stix_object using gin (indicator_ids) where indicator_ids <> '{}';
