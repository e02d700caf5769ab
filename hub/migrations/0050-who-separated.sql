-- Who took a link back, for those who ask why the two are not joined.
alter table indicator_link add column taken_back_by text;

with separation as materialized (
  select id, organization_id, actor_name, lower(substr(subject, 11)) as one, lower(detail ->> 'linkedId') as other,
    detail ->> 'owner' as owner, detail ->> 'kind' as kind
  from audit_event where action = 'indicator-link.take-back'
), last as (
  select distinct on (organization_id, least(one, other), greatest(one, other), owner, kind) * from separation
  order by organization_id, least(one, other), greatest(one, other), owner, kind, id desc
)
update indicator_link l set taken_back_by = s.actor_name
from last s join owner o on o.organization_id = s.organization_id and o.name = s.owner
where l.owner_id = o.id and l.taken_back_at is not null and l.kind = s.kind
  and l.indicator_id::text = least(s.one, s.other) and l.linked_id::text = greatest(s.one, s.other);
