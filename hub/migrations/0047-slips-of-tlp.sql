-- Labels and statements that begin like TLP and name no level, such as TLP:REDD, counted as no TLP when they were written. They count as
-- RED since (D21), and so does what was written before.
create function pg_temp.is_slip(label text) returns boolean language sql immutable as $$
  select label ~* '^\s*TLP(?![a-z0-9])' and (length(label) > 64 or
    regexp_replace(regexp_replace(upper(btrim(label, E' \t\r\n')), '^TLP\s*[:_-]?\s*', ''), '^AMBER\s*[+_ -]\s*STRICT$', 'AMBER+STRICT')
      <> all (array['CLEAR', 'WHITE', 'GREEN', 'AMBER', 'AMBER+STRICT', 'RED']))
$$;

create temp table slipped on commit drop as
with changed as (
  update assertion a set tlp = 4
  where a.tlp is distinct from 4 and exists (select from unnest(a.labels) said (label) where pg_temp.is_slip(said.label))
  returning indicator_id, owner_id
)
select distinct o.organization_id, c.indicator_id from changed c join owner o on o.id = c.owner_id;
update indicator_view v set tlp = 4 from slipped s
where v.organization_id = s.organization_id and v.indicator_id = s.indicator_id;
insert into collection_pending (organization_id, indicator_ids)
  select organization_id, array_agg(indicator_id) from (
    select *, row_number() over (partition by organization_id order by indicator_id) / 1000 as piece from slipped
  ) placed group by organization_id, piece;

update library_group g set tlp = 4
where g.tlp is distinct from 4 and exists (select from unnest(g.labels) said (label) where pg_temp.is_slip(said.label));

update stix_object s set marking_tlp = 4
from (
  select number, btrim(said->'definition'->>'statement', E' \t\r\n') as statement
  from (select number, stix_json(body) as said from stix_object where type = 'marking-definition' offset 0) o
) p
where s.number = p.number and s.marking_tlp is null and length(p.statement) <= 128 and pg_temp.is_slip(p.statement);
drop function pg_temp.is_slip(text);

-- What names such a marking is revoked for those who had it.
update taxii_collection set checked_after = 0 where owner_id is not null;
