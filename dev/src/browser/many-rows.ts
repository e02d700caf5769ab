import type { Client } from 'pg'

/** Rows that would take too long to come about one by one, written past the hub into its database. */

/** How many rows a page has to bear: ten thousand where there is time, enough for many pages of the API otherwise. */
export const manyRows = process.env['POSTERN_SOAK'] === '1' ? 10_000 : 1_200

/** Makes so many environments, each with a server that was last heard long ago. */
export async function addEnvironments(client: Client, count: number): Promise<void> {
  await client.query(
    `with made as (
      insert into environment (organization_id, name)
      select (select min(id) from organization), 'Site ' || lpad(n::text, 5, '0') from generate_series(1, $1::int) n
      returning id, name)
    insert into environment_server (environment_id, name, downloaded_by, enrolled_at, last_heartbeat_at, confirmed_at,
      public_key_pem, sealing_public_key, key_fingerprint, enrolled_from)
    select id, name || ' 1', 'chief', now() - interval '2 days', now() - interval '1 day', now() - interval '2 days',
      'unused here', decode(repeat('01', 32), 'hex'), md5(name) || md5(id::text), '192.0.2.7' from made`,
    [count],
  )
}

/** Makes so many jobs like the one that is named, without a schedule and switched off. */
export async function addJobs(client: Client, likeId: string, count: number): Promise<void> {
  await client.query(
    `insert into job (organization_id, name, app_id, environment_id, parameters, owner_id, control_id, mode, timeout_seconds, enabled)
    select organization_id, 'Many ' || lpad(n::text, 5, '0'), app_id, environment_id, parameters, owner_id, control_id, mode,
      timeout_seconds, false
    from job, generate_series(1, $2::int) n where id = $1`,
    [likeId, count],
  )
}

/** Gives an indicator so many tags of one owner, and has it stand in so many of that owner's groups. */
export async function addTagsAndGroups(client: Client, indicatorId: string, count: number): Promise<void> {
  const owner = '(select min(owner_id) from assertion where indicator_id = $1)'
  await client.query(
    `update assertion set tags = (select array_agg('tag ' || lpad(n::text, 5, '0') order by n) from generate_series(1, $2::int) n)
    where indicator_id = $1 and owner_id = ${owner}`,
    [indicatorId, count],
  )
  await client.query(
    `with made as (
      insert into library_group (owner_id, xid, type, name, tags, labels, added_at, modified_at)
      select ${owner}, 'many-' || n, 'Report', 'Many ' || lpad(n::text, 5, '0'), '{}', '{}', now(), now() from generate_series(1, $2::int) n
      returning id, owner_id)
    insert into indicator_group (indicator_id, owner_id, group_id) select $1, owner_id, id from made`,
    [indicatorId, count],
  )
}

export interface PastReceipts {
  /** The receipt that they are like, but for state, figures and time. */
  likeId: string
  count: number
  /** Days of the past that they are spread over. */
  days: number
  target: string
}

/** Makes receipts of the past, evenly over its days: every tenth is drift, every twentieth unverifiable. */
export async function addReceipts(client: Client, { likeId, count, days, target }: PastReceipts): Promise<void> {
  await client.query(
    `insert into receipt (organization_id, control_id, target, execution_id, attempt, plan_id, collection_id, collection_version,
      state, reason, desired, held, missing, extra, added, removed, removed_by, not_taken, unverified_transport, created_at)
    select organization_id, control_id, $4, execution_id, attempt, plan_id, collection_id, collection_version,
      case when n % 10 = 0 then 'drift' when n % 20 = 3 then 'unverifiable' else 'in-sync' end,
      reason, 1000 + n, 1000 + n - case when n % 10 = 0 then 1 + n % 7 else 0 end, case when n % 10 = 0 then 1 + n % 7 else 0 end, 0, 3, 1,
      'delete', not_taken, n % 50 = 0, now() - (($2::int - n) * make_interval(days => $3::int) / $2::int)
    from receipt, generate_series(1, $2::int) n where id = $1`,
    [likeId, count, days, target],
  )
}
