-- Associations that came without a text are relationship objects of their owner's TAXII collections (D27).

-- Those that are in force, with the ends that they join in the library: two groups, an indicator and a group, or two indicators. The
-- object itself stands in taxii_object.
create table taxii_relationship (
  taxii_collection_id uuid not null references taxii_collection on delete cascade,
  object_id text not null,
  source_indicator uuid,
  source_group bigint,
  target_indicator uuid,
  target_group bigint,
  kind text not null,
  -- What the object names; an end may come back as another object.
  source_ref text not null,
  target_ref text not null,
  primary key (taxii_collection_id, object_id),
  check ((source_indicator is null) <> (source_group is null)),
  check ((target_indicator is null) <> (target_group is null))
);
create unique index taxii_relationship_by_ends on taxii_relationship
  (taxii_collection_id, coalesce(source_indicator::text, source_group::text), coalesce(target_indicator::text, target_group::text), kind);
-- In the other order, so that a relationship by both of its ends is not looked for among all that have the same target.
create index taxii_relationship_of_target on taxii_relationship
  (taxii_collection_id, coalesce(target_group::text, target_indicator::text));

-- Links that an owner's collections have to look at: a link came or went, or an end of it did. Written in the transaction that changed it.
create table taxii_pending_link (
  id bigint generated always as identity primary key,
  taxii_collection_id uuid not null references taxii_collection on delete cascade,
  source_indicator uuid,
  source_group bigint,
  target_indicator uuid,
  target_group bigint,
  kind text not null
);
create index taxii_pending_link_of_collection on taxii_pending_link (taxii_collection_id, id);

-- Links of before 0008 did not name their owner.
update group_link l set owner_id = g.owner_id from library_group g where g.id = l.group_id and l.owner_id is null;

-- A loop over the few collections of these owners, and of all others nothing: a batch writes many links, and most owners have none.
create function note_taxii_links() returns trigger language plpgsql as $$
declare
  collection record;
begin
  for collection in
    select id, owner_id from taxii_collection where owner_id in (select owner_id from changed)
  loop
    if tg_table_name = 'indicator_group' then
      insert into taxii_pending_link (taxii_collection_id, source_indicator, target_group, kind)
        select collection.id, l.indicator_id, l.group_id, 'related-to' from changed l where l.owner_id = collection.owner_id;
    elsif tg_table_name = 'group_link' then
      insert into taxii_pending_link (taxii_collection_id, source_group, target_group, kind)
        select collection.id, l.group_id, l.linked_id, l.kind from changed l where l.owner_id = collection.owner_id;
    else
      insert into taxii_pending_link (taxii_collection_id, source_indicator, target_indicator, kind)
        select collection.id, l.indicator_id, l.linked_id, l.kind from changed l where l.owner_id = collection.owner_id;
    end if;
  end loop;
  return null;
end $$;
create trigger taxii_links_added after insert on indicator_group referencing new table as changed
  for each statement execute function note_taxii_links();
create trigger taxii_links_gone after delete on indicator_group referencing old table as changed
  for each statement execute function note_taxii_links();
create trigger taxii_links_added after insert on group_link referencing new table as changed
  for each statement execute function note_taxii_links();
create trigger taxii_links_gone after delete on group_link referencing old table as changed
  for each statement execute function note_taxii_links();
create trigger taxii_links_added after insert on indicator_link referencing new table as changed
  for each statement execute function note_taxii_links();
create trigger taxii_links_changed after update on indicator_link referencing new table as changed
  for each statement execute function note_taxii_links();
create trigger taxii_links_gone after delete on indicator_link referencing old table as changed
  for each statement execute function note_taxii_links();

-- The host of a URL that says no more than that (D28), with whatever scheme, user and port; the same rule as in whitelisted-host.ts.
create function bare_host(url text) returns text language sql immutable strict parallel safe as $$
  select btrim(substring(url from '(?i)^[a-z][a-z0-9+.-]*://(?:[^/?#@]*@)?(\[[^]]*\]|[^/?#:]+)(?::[0-9]*)?/?$'), '[]')
$$;
-- Few URLs are such; a cheap look at each tells those apart that have a path.
create index indicator_of_bare_host on indicator (bare_host(value)) where type = 'URL' and split_part(value, '/', 4) = '';

-- Techniques and tactics of different bundles are joined when the later one comes.
create index stix_object_of_tactic on stix_object (owner_id) where type in ('attack-pattern', 'x-mitre-tactic');

-- Rating, confidence, tags and times of a data collection's members are said in their objects too, and change without a version of it.
create or replace function note_taxii_indicators() returns trigger language plpgsql as $$
begin
  insert into taxii_pending (taxii_collection_id, indicator_ids)
  select c.id, p.indicator_ids from pending p
  join owner o on o.organization_id = p.organization_id join taxii_collection c on c.owner_id = o.id
  union all
  select c.id, p.indicator_ids from pending p
  join collection d on d.organization_id = p.organization_id join taxii_collection c on c.collection_id = d.id;
  return null;
end $$;

-- Of an owner, after a change of what is served or up to which TLP: number of the last object that was looked at again; null when all were.
alter table taxii_collection add column checked_after bigint;

-- What is there already.
insert into taxii_pending_link (taxii_collection_id, source_indicator, target_group, kind)
  select c.id, l.indicator_id, l.group_id, 'related-to' from taxii_collection c join indicator_group l on l.owner_id = c.owner_id;
insert into taxii_pending_link (taxii_collection_id, source_group, target_group, kind)
  select c.id, l.group_id, l.linked_id, l.kind from taxii_collection c join group_link l on l.owner_id = c.owner_id;
insert into taxii_pending_link (taxii_collection_id, source_indicator, target_indicator, kind)
  select c.id, l.indicator_id, l.linked_id, l.kind from taxii_collection c join indicator_link l on l.owner_id = c.owner_id;
