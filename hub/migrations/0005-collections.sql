-- A version never changes, so what may leave the hub is judged by what was known when the version was made: a reader that asks
-- again for what it pushed gets the same values. A member whose TLP or activity changes gets a new row.
alter table collection_member add column tlp smallint check (tlp between 0 and 4);
alter table collection_member add column active boolean not null;

-- 'changed': it stays a member, and its TLP or activity changed, so that for some readers it enters or leaves.
alter table collection_change drop constraint collection_change_change_check;
alter table collection_change add constraint collection_change_change_check check (change in ('entered', 'departed', 'changed'));
alter table collection_version add column changed bigint not null default 0;

-- When its last full refresh failed, so that a broken one is not tried again at every turn; null after one that worked.
alter table collection add column refresh_failed_at timestamptz;
