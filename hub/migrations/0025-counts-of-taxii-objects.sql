-- How many objects a TAXII collection has now: those in force, and those that are revoked and stay for readers to learn of it. Kept by the
-- statements that write taxii_object, since counting a million of them for a page takes seconds. No check holds them above nothing: a hub of
-- the release before, which may still run for a moment, does not count, and its objects must not stop who takes them back later.
alter table taxii_collection add column live_count bigint not null default 0;
alter table taxii_collection add column revoked_count bigint not null default 0;
update taxii_collection c set live_count = o.live, revoked_count = o.revoked
from (
  select taxii_collection_id, count(*) filter (where not is_revoked) as live, count(*) filter (where is_revoked) as revoked
  from taxii_object where is_last group by taxii_collection_id
) o where o.taxii_collection_id = c.id;

-- What people took back is little, and an owner's export asks for all of it.
create index indicator_link_taken_back on indicator_link (owner_id) where taken_back_at is not null;
