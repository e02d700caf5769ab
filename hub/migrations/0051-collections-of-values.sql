-- Whether each object of the collection says one value at most and names nothing, as those of most feeds: then a page asks about values alone.
alter table taxii_collection add column only_values boolean not null default true;
update taxii_collection c set only_values = false
where exists (select from taxii_object o where o.taxii_collection_id = c.id
  and (o.value_ids is not null or o.group_id is not null or o.named_ids is not null or o.type = 'relationship'));
