-- Node.js for bundles, by platform, as administrators add it by file (D20): the archive as it came, so that its SHA-256 stays what was
-- given. The hub's own lies with the hub's programs; one that is added for the same platform takes its place.
create table runtime (
  platform text primary key check (platform in ('linux-x64', 'linux-arm64')),
  version text not null,
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  bytes bigint not null check (bytes > 0),
  -- Of what bundles carry out of it.
  executable_bytes bigint not null check (executable_bytes > 0),
  licence bytea not null,
  added_by text not null,
  added_at timestamptz not null
);

-- The archive in chunks of 1 MB, numbered from 0 without gaps (D14).
create table runtime_chunk (
  platform text not null references runtime on delete cascade,
  number int not null check (number >= 0),
  content bytea not null check (length(content) between 1 and 1048576),
  primary key (platform, number)
);
-- It is compressed already.
alter table runtime_chunk alter column content set storage external;

-- What a server said of its machine when it enrolled: a bundle that enrols it anew carries Node.js for that.
alter table environment_server add column platform text;
