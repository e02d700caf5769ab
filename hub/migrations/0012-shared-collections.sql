-- Data collections by name: what they are for, and who may change them.
alter table collection add column description text;
-- A person's own until it is shared; null where it always was everybody's.
alter table collection add column made_by text;
alter table collection add column is_shared boolean not null default true;
alter table collection add column changed_at timestamptz not null default now();
-- Kind and number of who made it; null where it always was everybody's.
alter table collection add column maker text;
alter table collection add constraint collection_of_somebody check (is_shared or maker is not null);
-- Taken out while receipts still speak of it; its members are gone, and nobody finds it.
alter table collection add column removed_at timestamptz;
