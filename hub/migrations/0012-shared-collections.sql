-- Data collections by name: what they are for, and who may change them.
alter table collection add column description text;
-- A person's own until it is shared; null where it always was everybody's.
alter table collection add column made_by text;
alter table collection add column is_shared boolean not null default true;
alter table collection add column changed_at timestamptz not null default now();
