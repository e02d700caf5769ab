-- Who is told of what, and the mails that tell them (D33).

-- How the hub sends mail; no row while nobody has said. Only the hub's administrators write it.
create table mail_settings (
  is_only_row boolean primary key default true check (is_only_row),
  smtp_host text not null,
  smtp_port int not null check (smtp_port between 1 and 65535),
  smtp_security text not null check (smtp_security in ('none', 'starttls', 'tls')),
  smtp_username text not null default '',
  -- Sealed under the hub's secret key (D9).
  smtp_password_sealed bytea,
  smtp_from text not null,
  -- PEM of the CAs that the mail server's certificate may come from beside the public ones; empty for those alone.
  smtp_ca_certificates text not null default '',
  changed_at timestamptz not null
);

-- Where a user's own mail goes, such as that a server enrolled (S9).
alter table user_account add column mail_address text check (length(mail_address) between 3 and 254);

-- By when a job has succeeded, in seconds after a time of its schedule. Null: its time-out.
alter table job
  add column freshness_seconds int check (freshness_seconds between 60 and 2678400),
  -- The first time of its schedule after which it has not succeeded; null while nothing is owed.
  add column owed_since timestamptz;
create index job_owed on job (owed_since) where owed_since is not null;

-- Until when the certificate of its TLS key is good. Null for those issued before this was kept.
alter table environment_server add column certificate_expires_at timestamptz;
create index environment_server_by_expiry on environment_server (certificate_expires_at)
  where certificate_expires_at is not null and revoked_at is null;

create index plan_waiting on plan (id) where state = 'waiting';

-- Whom to tell: of one job, of one environment, or of all of the organization where neither is named.
create table notification_rule (
  id bigint generated always as identity primary key,
  organization_id bigint not null references organization,
  job_id bigint references job,
  environment_id bigint references environment,
  kinds text[] not null check (cardinality(kinds) between 1 and 6),
  recipients text[] not null check (cardinality(recipients) between 1 and 50),
  created_by text not null,
  created_at timestamptz not null,
  check (num_nonnulls(job_id, environment_id) <= 1)
);
create index notification_rule_of_organization on notification_rule (organization_id, id);

-- What is the matter, or was. `key` names the matter: it is open once, counts how often it happened meanwhile, and is closed by its
-- opposite. Sentences are the hub's own words: never those of an app, which could hold values.
create table notification (
  id bigint generated always as identity primary key,
  organization_id bigint not null references organization,
  key text not null,
  kind text not null check (kind in ('failed', 'partial', 'missed', 'server-offline', 'certificate-expiring', 'approval-needed')),
  job_id bigint,
  environment_id bigint,
  server_xid bigint,
  plan_id bigint,
  -- Path of the console's page about it.
  page text not null,
  -- Name of the job or the server.
  name text not null,
  sentence text not null,
  times int not null default 1,
  opened_at timestamptz not null,
  last_at timestamptz not null,
  closed_at timestamptz,
  closed_sentence text,
  -- Whether rules were asked about its opening and its end.
  is_opening_told boolean not null default false,
  is_closing_told boolean not null default false,
  check ((closed_at is null) = (closed_sentence is null))
);
create unique index notification_open on notification (organization_id, key) where closed_at is null;
create index notification_open_of_kind on notification (kind) where closed_at is null;
create index notification_open_of_job on notification (job_id) where closed_at is null;
create index notification_of_organization on notification (organization_id, id desc);
create index notification_untold on notification (id)
  where not is_opening_told or (closed_at is not null and not is_closing_told);
create index notification_closed on notification (closed_at) where closed_at is not null;

-- When a recipient last got a mail of an organization: the next waits for its digest.
create table mail_recipient (
  organization_id bigint not null references organization,
  address text not null,
  mailed_at timestamptz,
  primary key (organization_id, address)
);

-- What the recipient's next mail will hold.
create table mail_news (
  organization_id bigint not null,
  address text not null,
  notification_id bigint not null references notification on delete cascade,
  part text not null check (part in ('opened', 'closed')),
  primary key (organization_id, address, notification_id, part),
  foreign key (organization_id, address) references mail_recipient
);
create index mail_news_of_notification on mail_news (notification_id);

-- Mails on their way, sent, and given up.
create table mail (
  id bigint generated always as identity primary key,
  organization_id bigint not null references organization,
  address text not null,
  subject text not null,
  text text not null,
  html text not null,
  created_at timestamptz not null,
  tries int not null default 0,
  next_try_at timestamptz not null,
  sent_at timestamptz,
  given_up_at timestamptz,
  -- What the mail server answered last, or why it was not reached.
  answer text not null default ''
);
create index mail_due on mail (next_try_at) where sent_at is null and given_up_at is null;
create index mail_of_organization on mail (organization_id, id desc);
create index mail_ended on mail (created_at) where sent_at is not null or given_up_at is not null;
