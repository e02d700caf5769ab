-- Retries of jobs (FD-14): how often what failed is tried again within its execution, and how long after.
alter table job add column retries_max smallint not null default 0 check (retries_max between 0 and 10);
-- Before the first retry; each one more waits twice as long.
alter table job add column retry_after_seconds integer not null default 60 check (retry_after_seconds between 10 and 21600);

-- While it waits for a retry: not placed before. Afterwards when the last one was due.
alter table execution add column retry_at timestamptz;
