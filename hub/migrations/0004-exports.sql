-- Plans, receipts and what each control holds (D5). Values of plans and receipts are gzip NDJSON, kept as they came.

-- The data collections that a job's parameters name, found by name when the job is written. An export's token may read these
-- and nothing else of the library (D22); a collection that a job names is not deleted.
create table job_collection (
  job_id bigint not null references job on delete cascade,
  collection_id bigint not null references collection,
  primary key (job_id, collection_id)
);
create index job_collection_of_collection on job_collection (collection_id);

-- What has to change on one target of a control. `holder_execution_id` is the execution that may apply it: the one that made it,
-- or the one that its approval started. At most one plan of a control and target is in progress.
create table plan (
  id bigint generated always as identity primary key,
  organization_id bigint not null references organization,
  control_id bigint not null references control,
  target text not null check (length(target) between 1 and 200),
  execution_id bigint not null references execution,
  attempt int not null,
  holder_execution_id bigint not null references execution,
  collection_id bigint not null references collection,
  collection_version int not null,
  state text not null default 'draft'
    check (state in ('draft', 'ready', 'waiting', 'applying', 'applied', 'failed', 'refused', 'superseded')),
  reason text,
  desired bigint not null,
  held bigint not null,
  held_digest text not null,
  checksum text not null,
  add_count bigint not null default 0,
  remove_count bigint not null default 0,
  guards jsonb not null,
  not_taken jsonb not null,
  -- The bytes of the values as they came, so that the same PUT again is answered alike.
  values_sha256 bytea,
  created_at timestamptz not null,
  decided_by text,
  decided_at timestamptz,
  foreign key (execution_id, attempt) references attempt
);
create unique index plan_in_progress on plan (control_id, target) where state in ('draft', 'ready', 'waiting', 'applying');
create index plan_of_organization on plan (organization_id, id desc);
create index plan_of_execution on plan (execution_id);
create index plan_of_holder on plan (holder_execution_id);

-- Compressed bytes in chunks numbered from 0 without gaps.
create table plan_values (
  plan_id bigint not null references plan on delete cascade,
  number int not null,
  content bytea not null,
  primary key (plan_id, number)
);

-- What a control was found to hold, compared with what it should; the word of the server that wrote it (S15).
create table receipt (
  id bigint generated always as identity primary key,
  organization_id bigint not null references organization,
  control_id bigint not null references control,
  target text not null check (length(target) between 1 and 200),
  execution_id bigint not null references execution,
  attempt int not null,
  plan_id bigint references plan,
  collection_id bigint not null references collection,
  collection_version int not null,
  state text not null check (state in ('in-sync', 'drift', 'unverifiable', 'pending')),
  reason text,
  desired bigint not null,
  held bigint not null,
  missing bigint not null,
  extra bigint not null,
  added bigint not null,
  removed bigint not null,
  removed_by text,
  not_taken jsonb not null,
  unverified_transport boolean not null,
  values_sha256 bytea,
  created_at timestamptz not null,
  foreign key (execution_id, attempt) references attempt
);
create index receipt_of_organization on receipt (organization_id, id desc);
create index receipt_of_execution on receipt (execution_id);
create index receipt_of_control on receipt (control_id, target, id desc);
create index receipt_pending on receipt (created_at) where state = 'pending';

create table receipt_values (
  receipt_id bigint not null references receipt on delete cascade,
  number int not null,
  content bytea not null,
  primary key (receipt_id, number)
);

-- What each target holds, value by value, by its newest receipt; for explain. `since` is when it came into this state. `pending`
-- and `unverifiable` are believed, not seen. No foreign keys: a first receipt writes half a million rows at once, each of which would
-- cost two look-ups and row locks; neither controls nor receipts are removed.
create table control_value (
  control_id bigint not null,
  target text not null,
  indicator_id uuid not null,
  state text not null check (state in ('held', 'missing', 'extra', 'refused', 'pending', 'unverifiable')),
  since timestamptz not null,
  receipt_id bigint not null,
  primary key (control_id, target, indicator_id)
);
create index control_value_of_indicator on control_value (indicator_id);
