-- The TLP that a marking says which an owner's objects define themselves, 0 (CLEAR) to 4 (RED): what names it is judged without reading it.
-- Markings whose id says their TLP have none here.
alter table stix_object add column marking_tlp smallint check (marking_tlp between 0 and 4);

create function pg_temp.tlp_of(said text) returns smallint language sql immutable as $$
  select (array_position(array['CLEAR', 'GREEN', 'AMBER', 'AMBER+STRICT', 'RED'], case name when 'WHITE' then 'CLEAR' else name end) - 1)::smallint
  from (
    select regexp_replace(regexp_replace(upper(btrim(said, E' \t\r\n')), '^TLP\s*[:_-]?\s*', ''), '^AMBER\s*[+_ -]\s*STRICT$', 'AMBER+STRICT') as name
  ) named where length(said) <= 64
$$;
update stix_object s set marking_tlp = coalesce(pg_temp.tlp_of(coalesce(p.extended, p.level, p.statement)), pg_temp.tlp_of(p.statement))
from (
  select number, said->'extensions'->'extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d'->>'tlp_2_0' as extended,
    said->'definition'->>'tlp' as level, said->'definition'->>'statement' as statement
  from (select number, stix_json(body) as said from stix_object where type = 'marking-definition' offset 0) o
) p
where s.number = p.number and s.object_id not in (
  'marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487', 'marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb',
  'marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421', 'marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003',
  'marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1', 'marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9',
  'marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da', 'marking-definition--f88d31f6-486f-44da-b317-01333bde0b82',
  'marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed', 'marking-definition--64d3bf93-30b0-4d26-ac13-751d78ec4e65',
  'marking-definition--00da6780-65c4-4b42-bf81-4457da095398');
drop function pg_temp.tlp_of(text);

-- Most owners define none, which one look-up tells.
create index stix_object_of_marking_tlp on stix_object (owner_id, marking_tlp) where marking_tlp is not null;

-- Links between techniques and tactics of the same short name in another kill chain were taken for said by the technique's text.
insert into taxii_pending_link (taxii_collection_id, source_group, target_group, kind)
  select c.id, l.group_id, l.linked_id, l.kind from taxii_collection c join group_link l on l.owner_id = c.owner_id
  where l.kind = 'kill-chain-phase';
