-- Every TLS key that a server has ever enrolled with, for good: signatures by it are checked years later (D40).
create table server_key (
  server_xid bigint not null references environment_server,
  -- Hexadecimal SHA-256 of the SPKI.
  fingerprint text not null,
  public_key_pem text not null,
  enrolled_at timestamptz not null,
  -- Since when others may have had it, as a person said; what comes signed by it from then on is doubtful.
  compromised_from timestamptz,
  primary key (server_xid, fingerprint)
);
insert into server_key (server_xid, fingerprint, public_key_pem, enrolled_at)
  select server_xid, key_fingerprint, public_key_pem, enrolled_at from environment_server
  where key_fingerprint is not null and public_key_pem is not null and enrolled_at is not null;

-- What the server that ran an attempt signed of its plans and receipts, as it came with the result; unchecked.
create table attempt_signature (
  execution_id bigint not null,
  attempt int not null,
  key_fingerprint text not null,
  outcome text not null,
  -- WrittenDigest[], in the order in which they were signed.
  written jsonb not null,
  signature bytea not null,
  -- By the hub's clock.
  received_at timestamptz not null,
  primary key (execution_id, attempt),
  foreign key (execution_id, attempt) references attempt
);

-- When *pending* became *drift* by time. State and reason are what the app said of it before, so that its bytes can be made again.
alter table receipt add column overdue_at timestamptz;
-- From here on the digest of a receipt's list is that of its lines, uncompressed, which are signed; of older rows, that of the gzip bytes.
