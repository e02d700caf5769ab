-- What people narrowed on environment servers (D36). It is answered like a request about settings, by the server's next report.

alter table command
  drop constraint command_kind_check,
  add constraint command_kind_check check (kind in ('execute', 'cancel', 'configure', 'narrow-policy'));

alter table configure_request
  alter column settings drop not null,
  -- PolicyNarrowing.
  add column narrowing jsonb,
  add constraint configure_request_of_one_kind_check check ((settings is null) <> (narrowing is null));
