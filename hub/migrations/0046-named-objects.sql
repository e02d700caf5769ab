-- Ids of the objects that a text names, its author and its markings aside: what may leave hangs on them as well. Null for those that name
-- none, which most are.
alter table stix_object add column named_ids text[];
alter table taxii_object add column named_ids text[];

create function pg_temp.named_ids_of(body text) returns text[] language sql as $$
  select array_agg(distinct id) from json_each(stix_json(body)) as property (name, value)
  cross join lateral (
    select property.value #>> '{}' as id where json_typeof(property.value) = 'string'
    union all
    select said.id from json_array_elements_text(case json_typeof(property.value) when 'array' then property.value end) as said (id)
  ) named
  where name ~ '_refs?$' and name not in ('created_by_ref', 'object_marking_refs')
    and id ~ '^[a-z][a-z0-9_-]{1,249}--[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$'
$$;
update stix_object s set named_ids = n.ids
from (select number, pg_temp.named_ids_of(body) as ids from stix_object where body ~ '_refs?"' offset 0) n
where s.number = n.number and n.ids is not null;
update taxii_object o set named_ids = n.ids
from (
  select taxii_collection_id, number, pg_temp.named_ids_of(body) as ids from taxii_object
  where kept_id is not null and not is_revoked and body ~ '_refs?"' offset 0
) n
where o.taxii_collection_id = n.taxii_collection_id and o.number = n.number and n.ids is not null;
drop function pg_temp.named_ids_of(text);

create index stix_object_of_named on stix_object using gin (named_ids) with (fastupdate = off) where named_ids is not null;

-- What went out though something that it names may not is revoked.
update taxii_collection set checked_after = 0 where owner_id is not null;
