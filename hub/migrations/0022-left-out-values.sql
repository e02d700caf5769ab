-- What an app left out, with its reason, stands beside what each target holds: for explain.
alter table control_value add column reason text check (length(reason) <= 500);
alter table control_value drop constraint control_value_state_check;
alter table control_value add constraint control_value_state_check
  check (state in ('held', 'missing', 'extra', 'refused', 'pending', 'unverifiable', 'left-out'));

-- How many of the values that a control should hold are known one by one. Where that is not `desired`, nothing is said of the others.
alter table receipt add column named bigint;
update receipt r set named = (
  select count(*) from control_value v
  where v.control_id = r.control_id and v.target = r.target and v.state in ('held', 'missing', 'pending', 'unverifiable')
) where r.values_sha256 is not null and r.id in (select max(id) from receipt where values_sha256 is not null group by control_id, target);
