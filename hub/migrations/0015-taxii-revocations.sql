-- What a TAXII reader may not have any more is revoked; until it is, it is left out (D27).

-- A revocation: it says which object is no longer valid, and nothing of what it said.
alter table taxii_object add column is_revoked boolean not null default false;
-- Of an owner's kept objects: its own id, whatever id it goes out by. Null for what the hub made.
alter table taxii_object add column kept_id text;
-- What a kept object was mapped to where that is not one value: several, or a group.
alter table taxii_object add column value_ids uuid[];
alter table taxii_object add column group_id bigint;

update taxii_object o set kept_id = o.object_id,
  value_ids = case when cardinality(s.indicator_ids) > 1 then s.indicator_ids end, group_id = s.group_id
from taxii_collection c, stix_object s
where c.id = o.taxii_collection_id and c.owner_id is not null
  and s.owner_id = c.owner_id and s.object_id = o.object_id and s.version = o.version;
-- The hub's own texts have it before what tags hold.
update taxii_object o set is_revoked = true from taxii_collection c
where c.id = o.taxii_collection_id and c.collection_id is not null and o.body like '%"revoked":true,%'
  and o.body::jsonb @> '{"revoked": true}';

create index taxii_object_of_kept on taxii_object (taxii_collection_id, kept_id) where is_last and kept_id is not null;
create index taxii_object_of_values on taxii_object using gin (value_ids) with (fastupdate = off)
  where is_last and value_ids is not null;
create index taxii_object_of_group on taxii_object (group_id) where is_last and group_id is not null;

-- Nearly all texts say one value. A look-up in the index of arrays would read all that waits to be merged into it, each time.
drop index stix_object_of_indicator;
create index stix_object_by_number on stix_object (owner_id, number);
create index stix_object_of_value on stix_object ((indicator_ids[1])) where cardinality(indicator_ids) = 1;
create index stix_object_of_values on stix_object using gin (indicator_ids) with (fastupdate = off) where cardinality(indicator_ids) > 1;

-- For match[type] and match[spec_version], whatever match[version] is beside them.
drop index taxii_object_by_type;
create index taxii_object_by_type on taxii_object (taxii_collection_id, type, number);
create index taxii_object_by_spec_version on taxii_object (taxii_collection_id, spec_version, number);

-- Of an owner: how far the pass over all that it asserts has come; null when it is through.
alter table taxii_collection add column pass_after uuid default '00000000-0000-0000-0000-000000000000';
-- It never was looked at.
alter table taxii_collection drop column asserted_until;

-- What changed since an owner's collections looked at it; written in the transaction that changed it.
create table taxii_pending (
  id bigint generated always as identity primary key,
  taxii_collection_id uuid not null references taxii_collection on delete cascade,
  indicator_ids uuid[] not null default '{}',
  group_ids bigint[] not null default '{}'
);
create index taxii_pending_of_collection on taxii_pending (taxii_collection_id, id);

-- Whoever changes indicators says so in collection_pending, which is the data collections' to empty. A trigger, since there are many who
-- write there, and one who forgets a second table would give out what must not leave.
create function note_taxii_indicators() returns trigger language plpgsql as $$
begin
  insert into taxii_pending (taxii_collection_id, indicator_ids)
  select c.id, p.indicator_ids from pending p
  join owner o on o.organization_id = p.organization_id join taxii_collection c on c.owner_id = o.id;
  return null;
end $$;
create trigger taxii_indicators after insert on collection_pending referencing new table as pending
  for each statement execute function note_taxii_indicators();

create function note_taxii_groups() returns trigger language plpgsql as $$
begin
  insert into taxii_pending (taxii_collection_id, group_ids)
  select c.id, array_agg(g.id) from changed g join taxii_collection c on c.owner_id = g.owner_id group by c.id;
  return null;
end $$;
create trigger taxii_groups_changed after update on library_group referencing new table as changed
  for each statement execute function note_taxii_groups();
create trigger taxii_groups_gone after delete on library_group referencing old table as changed
  for each statement execute function note_taxii_groups();

-- What was numbered before this was kept is looked at once: the pass finds single values, this the others.
insert into taxii_pending (taxii_collection_id, group_ids)
  select taxii_collection_id, array_agg(distinct group_id) from taxii_object where group_id is not null group by 1;
insert into taxii_pending (taxii_collection_id, indicator_ids)
  select taxii_collection_id, array_agg(distinct v.id) from taxii_object, unnest(value_ids) v (id) group by 1;
