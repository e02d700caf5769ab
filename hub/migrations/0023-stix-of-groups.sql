-- The text of a STIX object as PostgreSQL can read it. JSON permits escapes that a text of PostgreSQL cannot hold (NUL, half a pair of
-- surrogates), and one of them anywhere makes every look into the object fail; they become another character, which no id has.
create function stix_json(body text) returns json language plpgsql immutable parallel safe as $$
begin
  if body ~ '\\u(0000|[dD][89a-fA-F])' then
    return regexp_replace(body, '\\u(0000|[dD][89a-fA-F][0-9a-fA-F]{2})', '\\u0001', 'g')::json;
  end if;
  return body::json;
end $$;

-- What else an owner's relationships say of the same objects is looked up when one of them is revoked.
create index stix_object_of_source on stix_object (owner_id, (stix_json(body)->>'source_ref'))
  where type = 'relationship' and outcome = 'mapped';

-- Markings that an owner's objects define themselves are read before others of its objects are given out.
create index stix_object_of_marking on stix_object (owner_id) where type = 'marking-definition';

-- Groups that came without a text are objects of their owner's TAXII collections too: new ones, and those that are there.
create trigger taxii_groups_added after insert on library_group referencing new table as changed
  for each statement execute function note_taxii_groups();
insert into taxii_pending (taxii_collection_id, group_ids)
  select c.id, array_agg(g.id) from taxii_collection c join (
    select id, owner_id, row_number() over (partition by owner_id order by id) / 10000 as piece from library_group
  ) g on g.owner_id = c.owner_id group by c.id, g.piece;
