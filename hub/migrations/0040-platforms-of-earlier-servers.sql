-- Servers that enrolled before migration 0036 said their platform too: it stands in what they reported last, or in the audit.
update environment_server set platform = left(reported ->> 'platform', 50)
where platform is null and reported ->> 'platform' is not null;
update environment_server s set platform = left(said.platform, 50)
from (
  select distinct on (subject) subject, detail ->> 'platform' as platform from audit_event
  where action = 'environment-server.enrol' and detail ->> 'platform' is not null
  order by subject, id desc
) said
where s.platform is null and said.subject = 'environment server ' || s.server_xid;

-- Whose administrator added a runtime: the others see its SHA-256 and not the name.
alter table runtime add column organization_id bigint references organization;
update runtime r set organization_id = added.organization_id
from (
  select distinct on (subject) subject, organization_id from audit_event
  where action = 'runtime.add' order by subject, id desc
) added
where added.subject = 'runtime ' || r.platform;
