-- Who rotated and revoked the hub's keys is read with them (D7).
create index audit_event_of_hub_keys on audit_event (at) where action in ('hub-key.rotate', 'hub-key.revoke');
