-- The next client certificate of a server, until it has connected with it (D37); the present one is good until then.
alter table environment_server
  add column renewed_certificate_serial text,
  add column renewed_certificate_expires_at timestamptz,
  add constraint renewed_certificate_whole_check
    check ((renewed_certificate_serial is null) = (renewed_certificate_expires_at is null));

-- What a server says of itself beside its settings, in the same report.
alter table environment_server_settings
  -- ReportedPolicy.
  add column policy jsonb,
  -- Ids of the hub's command keys that it trusts (D7); null: it has not said.
  add column command_keys text[];

-- A key that follows another one, by that one's word (D7).
alter table signing_key
  add column predecessor_id text unique references signing_key,
  -- Until when that one counts.
  add column predecessor_ends_at timestamptz,
  add column succession_signature bytea,
  add constraint succession_whole_check
    check ((predecessor_id is null) = (succession_signature is null) and (predecessor_id is null) = (predecessor_ends_at is null));
