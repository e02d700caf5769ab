-- Who changed a collection's query, and when, until a full refresh has put it to the whole library. The versions made till then keep it, so
-- that their history says why members left whose assertions did not change.
alter table collection add column query_changed_by text;
alter table collection add column query_changed_at timestamptz;
alter table collection_version add column changed_query text;
alter table collection_version add column query_changed_by text;
alter table collection_version add column query_changed_at timestamptz;
