import {
  labelOfStixMarking,
  stixNamedIds,
  type StixObject,
  tlpLevels,
  tlpOfLabel,
  tlpOfMarkingRef,
} from '@postern/intel'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { migrate } from './migrate.ts'
import { createTestDatabase, type TestDatabase } from './test-database.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(async () => {
  await database.drop()
})

const isSoak = process.env['POSTERN_SOAK'] === '1'
/** Indicators; of each other table there are as many as belong to them. */
const count = isSoak ? 1_000_000 : 20_000
/** The last migration of the release before. */
const lastBefore = 7

/** Tables of the library with so many rows for each indicator, as that release would have written them. `n` goes from 1. */
const fill = `
  insert into organization (name) values ('First'), ('Second');
  insert into owner (organization_id, name, kind) select 1 + (n % 2), 'Owner ' || n, 'Source' from generate_series(1, 4) n;
  insert into indicator (id, type, value, canonical_version)
    select md5('id' || n)::uuid, case n % 3 when 0 then 'Host' when 1 then 'Address' else 'File' end, 'value ' || n, 1 from generate_series(1, :count) n;
  insert into assertion (indicator_id, owner_id, digest, rating, confidence, active, private, status, tags, labels, tlp, first_seen,
      last_seen, expires, detail, added_at, modified_at)
    select md5('id' || n)::uuid, o, md5('digest' || n || o)::uuid, n % 6, n % 101, n % 5 > 0, n % 7 = 0,
      (array['Active', 'Review', 'Expired', 'Indirect', 'Whitelisted'])[1 + n % 5], array['tag ' || n % 50], array['TLP:AMBER'], n % 5,
      timestamptz '2025-01-01' + n * interval '1 second', now(), case when n % 4 = 0 then timestamptz '2027-01-01' end,
      case when n % 9 = 0 then jsonb_build_object('size', n) end, now(), now()
    from generate_series(1, :count) n, generate_series(1, 2) o where o = 1 or n % 3 = 0;
  insert into assertion_attribute (indicator_id, owner_id, type, value, source, displayed, pinned)
    select md5('id' || n)::uuid, 1, (array['Description', 'description', 'Own Type'])[1 + n % 3], 'attribute ' || n, 'a source', true, false
    from generate_series(1, :count, 2) n;
  insert into tag (name) select 'tag ' || n from generate_series(0, 49) n;
  insert into security_label (name) values ('TLP:AMBER');
  insert into library_group (owner_id, xid, type, name, tags, labels, tlp, detail, added_at, modified_at)
    select 1 + (n / 10) % 4, 'group ' || n, 'Event', 'Group ' || n, '{}', '{}', 2, '{"eventType": "Alert"}', now(), now()
    from generate_series(1, :count, 10) n;
  insert into group_attribute (group_id, type, value, displayed, pinned)
    select id, 'Of Groups', 'attribute ' || id, false, false from library_group;
  insert into indicator_group (indicator_id, owner_id, group_id)
    select md5('id' || 1 + id % :count)::uuid, owner_id, id from library_group;
  insert into group_link (group_id, linked_id) select id, id + 1 from library_group where id + 1 <= (select max(id) from library_group);
  insert into indicator_link (indicator_id, owner_id, linked_id, kind)
    select least(a, b), 1, greatest(a, b), 'Same File' from (
      select md5('id' || n)::uuid as a, md5('id' || n + 1)::uuid as b from generate_series(1, :count - 1, 5) n) pairs;
  insert into indicator_view (organization_id, indicator_id, rating, confidence, active, tlp, owner_ids, tags, added_at, modified_at)
    select 1, md5('id' || n)::uuid, n % 6, n % 101, true, 2, array[1, 2]::bigint[], array['tag ' || n % 50], now(), now() from generate_series(1, :count) n;
  insert into tombstone (organization_id, owner_id, kind, indicator_id, batch_id)
    select 1, 1, 'indicator', md5('gone' || n)::uuid, null from generate_series(1, :count, 20) n;
  insert into tombstone (organization_id, owner_id, kind, group_xid) values (1, 1, 'group', 'gone');
  insert into batch (organization_id, owner_id, sent_by, state, action, config, content_sha256, item_count, created, completed_at)
    select 1, 1, 'a person', 'completed', 'Create', '{"owner": "Owner 1"}', sha256(n::text::bytea), 10, 10, now() from generate_series(1, :count, 100) n;
  insert into batch_item_block (batch_id, outcome, number, item_count, has_reason, items)
    select id, 'created', 0, 10, false, sha256(id::text::bytea) from batch;
  insert into collection (organization_id, name, tql, freshness_seconds, version, member_count, change_last, refreshed_at)
    select 1, 'Collection ' || n, 'rating >= 3', 300, 1, :count / 2, :count / 2, now() from generate_series(1, 2) n;
  insert into collection_version (collection_id, version, member_count, entered, departed, made_at)
    select id, 1, :count / 2, :count / 2, 0, now() from collection;
  insert into collection_member (collection_id, indicator_id, from_version, tlp, active)
    select id, md5('id' || n)::uuid, 1, 2, true from collection, generate_series(1, :count, 4) n;
  insert into collection_change (collection_id, number, version, indicator_id, change)
    select id, n, 1, md5('id' || n)::uuid, 'entered' from collection, generate_series(1, :count, 4) n;
  insert into collection_pending (organization_id, indicator_ids) select 1, array[md5('id' || n)::uuid] from generate_series(1, 10) n`

/** Receipts of one control, the newest of each target with what the control was known to hold. No rows stand behind their keys. */
const fillReceipts = `
  set session_replication_role = replica;
  insert into receipt (organization_id, control_id, target, execution_id, attempt, collection_id, collection_version, state, desired,
      held, missing, extra, added, removed, not_taken, unverified_transport, values_sha256, created_at)
    select 1, 1, target, 1, 1, 1, 1, 'in-sync', 2, 2, 0, 0, 0, 0, '{}', false, values_sha256, now()
    from (values ('all', null), ('all', ''::bytea), ('part', ''), ('part', null), ('none', null)) r (target, values_sha256);
  insert into control_value (control_id, target, indicator_id, state, since, receipt_id)
    select 1, target, md5('id' || n)::uuid, state, now(), 1
    from (values ('all', 1, 'held'), ('all', 2, 'missing'), ('all', 3, 'extra'), ('part', 1, 'held')) v (target, n, state);
  set session_replication_role = origin`

/** API tokens that ada made, and one that another token of her name did. */
const fillTokens = `
  insert into user_account (organization_id, username, role, password_hash) values (1, 'Ada', 'administrator', 'none');
  insert into api_token (organization_id, name, role, token_sha256, created_by, expires_at)
    select 1, name, 'analyst', name::bytea, 'ada', now() + interval '1 day' from unnest(array['hers', 'of a token', 'of nobody known']) name;
  insert into audit_event (actor_kind, actor_name, action, subject)
    select case name when 'hers' then 'user' else 'token' end, 'ada', 'token.create', 'token ' || id from api_token where name <> 'of nobody known'`

test('LIB-1: the database of the release before migrates with every row of the library in it, unchanged', async () => {
  await using empty = await createEmptyDatabase()
  const { url } = empty
  await migrate(url, lastBefore)
  const client = await connect(url)
  await client.query(fill.replaceAll(':count', String(count)))
  await client.query(fillReceipts)
  await client.query(fillTokens)
  const columns = await columnsOf(client)
  const before = await fingerprints(client, columns)
  for (const table of libraryTables) expect([table, before.get(table)?.count]).not.toEqual([table, 0])
  expect(before.get('assertion')?.count).toBe(count + Math.floor(count / 3))

  await migrate(url, lastBeforeMarkings)
  await client.query(
    `insert into stix_object (owner_id, object_id, type, version, spec_version, body, body_sha256, outcome, added_at)
       select 1, id, 'marking-definition', now(), '2.1', body, '', 'mapped', now() from unnest($1::text[], $2::text[]) m (id, body)`,
    [markings.map(({ id }) => id), markings.map((marking) => JSON.stringify(marking))],
  )
  await migrate(url)
  expect(await fingerprints(client, columns)).toEqual(before)
  // The test sees one value of one row.
  await client.query(`update assertion set confidence = confidence + 1 where indicator_id = md5('id5')::uuid`)
  const changed = await fingerprints(client, columns)
  expect([...changed.keys()].filter((table) => changed.get(table)?.sum !== before.get(table)?.sum)).toEqual([
    'assertion',
  ])

  // What is new stands where it belongs.
  const { rows: types } = await client.query(
    `select organization_id, lower(name) as name from attribute_type order by organization_id, lower(name)`,
  )
  expect(types).toEqual([
    { organization_id: '1', name: 'of groups' },
    { organization_id: '2', name: 'description' },
    { organization_id: '2', name: 'of groups' },
    { organization_id: '2', name: 'own type' },
  ])
  const { rows: links } = await client.query('select distinct kind from group_link')
  expect(links).toEqual([{ kind: 'related-to' }])

  // LIB-8: where not all that a control holds is known, it is not taken for known.
  const { rows: receipts } = await client.query('select target, named, desired from receipt order by id')
  expect(receipts.map(({ target, named, desired }) => [target, named, desired])).toEqual([
    ['all', null, '2'],
    ['all', '2', '2'],
    ['part', '1', '2'],
    ['part', null, '2'],
    ['none', null, '2'],
  ])

  // ES-16: a token ends with the account of whoever made it, and not with that of a user of the name of a token.
  const { rows: tokens } = await client.query(
    'select name, username from api_token left join user_account on user_account.id = user_id order by api_token.id',
  )
  expect(tokens.map(({ name, username }) => [name, username])).toEqual([
    ['hers', 'Ada'],
    ['of a token', null],
    ['of nobody known', 'Ada'],
  ])

  // D21: an owner's own markings say the level by which texts are judged.
  const { rows: levels } = await client.query(
    'select object_id as id, marking_tlp as level from stix_object order by number',
  )
  const levelOf = (marking: StixObject) => {
    const level = tlpOfMarkingRef(marking.id) === undefined ? tlpOfLabel(labelOfStixMarking(marking) ?? '') : undefined
    return level === undefined ? null : tlpLevels.indexOf(level)
  }
  expect(levels).toEqual(markings.map((marking) => ({ id: marking.id, level: levelOf(marking) })))
  expect(levels.map(({ level }) => level)).toEqual([4, 0, 3, 4, 2, 4, null, null, null])
  await client.end()
})

test('ES-2: servers that enrolled before platforms were kept have the one that they said, and a runtime the organization of who added it', async () => {
  await using empty = await createEmptyDatabase()
  await migrate(empty.url, 39)
  const client = await connect(empty.url)
  await client.query(`
    insert into organization (name) values ('First');
    insert into environment (organization_id, name) select id, 'Plant' from organization where name = 'First';
    insert into environment_server (environment_id, name, downloaded_by, reported, platform)
      select environment.id, server.* from environment, (values
        ('reported', 'ada', '{"version": "1", "platform": "linux-arm64"}'::jsonb, null),
        ('audited', 'ada', '{}', null), ('silent', 'ada', '{}', null), ('kept', 'ada', '{}', 'linux-x64')) server;
    insert into audit_event (actor_kind, actor_name, action, subject, detail)
      select 'environment-server', name, 'environment-server.enrol', 'environment server ' || server_xid, detail
      from environment_server, unnest(array['{"platform": "linux-x64"}', '{"platform": "linux-arm64"}', '{}']::jsonb[]) detail
      where name in ('audited', 'kept');
    insert into runtime (platform, version, sha256, bytes, executable_bytes, licence, added_by, added_at)
      values ('linux-arm64', '24.21.0', repeat('0', 64), 1, 1, '', 'ada', now()), ('linux-x64', '24.21.0', repeat('1', 64), 1, 1, '', 'ada', now());
    insert into audit_event (organization_id, actor_kind, actor_name, action, subject)
      select id, 'user', 'ada', 'runtime.add', 'runtime linux-arm64' from organization where name = 'First'`)
  await migrate(empty.url)
  const { rows: servers } = await client.query('select name, platform from environment_server order by name')
  expect(servers.map(({ name, platform }) => [name, platform])).toEqual([
    ['audited', 'linux-arm64'],
    ['kept', 'linux-x64'],
    ['reported', 'linux-arm64'],
    ['silent', null],
  ])
  const { rows: runtimes } = await client.query(
    'select platform, name from runtime left join organization on organization.id = organization_id order by platform',
  )
  expect(runtimes.map(({ platform, name }) => [platform, name])).toEqual([
    ['linux-arm64', 'First'],
    ['linux-x64', null],
  ])
  await client.end()
})

test('D21: what was written with a slip in its TLP before slips counted is RED, and whatever gives it out hears of it', async () => {
  await using empty = await createEmptyDatabase()
  await migrate(empty.url, 45)
  const client = await connect(empty.url)
  const labels = [
    ' tlp:redd',
    'TLP',
    'TLP:AMBER',
    'tlp amber_strict',
    'TLPT',
    `TLP:${' '.repeat(64)}RED`,
    'RED TEAM',
    'Internal',
  ]
  await client.query(
    `insert into organization (name) values ('First');
     insert into owner (organization_id, name, kind) select id, 'Feed', 'Source' from organization where name = 'First'`,
  )
  await client.query(
    `with said as (
       select md5(label)::uuid as id, label, owner.id as owner_id, organization_id from unnest($1::text[]) label, owner where owner.name = 'Feed'
     ), known as (
       insert into indicator (id, type, value, canonical_version) select id, 'Host', id::text, 1 from said
     ), asserted as (
       insert into assertion (indicator_id, owner_id, digest, active, private, status, tags, labels, added_at, modified_at)
       select id, owner_id, id, true, false, 'Active', '{}', array['Internal', label], now(), now() from said
     ), viewed as (
       insert into indicator_view (organization_id, indicator_id, active, owner_ids, tags, added_at, modified_at)
       select organization_id, id, true, array[owner_id], '{}', now(), now() from said
     )
     insert into library_group (owner_id, xid, type, name, tags, labels, added_at, modified_at)
     select owner_id, label, 'Malware', label, '{}', array[label], now(), now() from said`,
    [labels],
  )
  await client.query('truncate collection_pending')
  await migrate(empty.url)
  const { rows } = await client.query<{ label: string; levels: (number | null)[] }>(
    `select g.xid as label, array[a.tlp, v.tlp, g.tlp] as levels
     from library_group g join assertion a on a.indicator_id = md5(g.xid)::uuid join indicator_view v using (indicator_id)`,
  )
  const red = (label: string) => tlpOfLabel(label) === 'RED'
  expect(new Map(rows.map(({ label, levels }) => [label, levels]))).toEqual(
    new Map(labels.map((label) => [label, red(label) ? [4, 4, 4] : [null, null, null]])),
  )
  const { rows: told } = await client.query<{ ids: string[] }>(
    'select array_agg(p.id)::text[] as ids from collection_pending, unnest(indicator_ids) p (id)',
  )
  const { rows: slipped } = await client.query<{ ids: string[] }>(
    'select array_agg(indicator_id)::text[] as ids from assertion where tlp = 4',
  )
  expect(told[0]?.ids.toSorted()).toEqual(slipped[0]?.ids.toSorted())
  expect(slipped[0]?.ids).toHaveLength(labels.filter(red).length)
  await client.end()
})

test('D45: texts that came before what they name was kept beside them have it, as those that come now', async () => {
  await using empty = await createEmptyDatabase()
  await migrate(empty.url, 45)
  const client = await connect(empty.url)
  const id = (type: string, number: number) => `${type}--00000000-0000-4000-8000-00000000000${number}`
  const said: Record<string, unknown>[] = [
    { source_ref: id('indicator', 1), target_ref: id('malware', 1), created_by_ref: id('identity', 1) },
    { object_refs: [id('indicator', 2), id('indicator', 1), id('indicator', 2), 7, 'no id', null], x_ref: 'none' },
    { object_marking_refs: [id('marking-definition', 1)], external_references: [{ source_name: 'a _ref' }] },
    { where_sighted_refs: {}, sighting_of_ref: ['of', id('x_custom-type', 3)], extensions: { a_ref: id('tool', 1) } },
    { belongs_to_ref: `Bad--${id('tool', 2).slice(6)}`, pid_ref: null, note: '\u0000' },
    {},
  ]
  const objects = said.map((properties, index): StixObject => ({ id: id('note', index), type: 'note', ...properties }))
  await client.query(
    `insert into organization (name) values ('First');
     insert into owner (organization_id, name, kind) select id, 'Feed', 'Source' from organization where name = 'First'`,
  )
  await client.query(
    `insert into stix_object (owner_id, object_id, type, version, spec_version, body, body_sha256, outcome, added_at)
       select owner.id, said.id, 'note', now(), '2.1', body, '', 'kept', now()
       from unnest($1::text[], $2::text[]) said (id, body), owner where owner.name = 'Feed'`,
    [objects.map((object) => object.id), objects.map((object) => JSON.stringify(object))],
  )
  await migrate(empty.url)
  const { rows } = await client.query<{ ids: string[] | null }>(
    'select named_ids as ids from stix_object order by object_id',
  )
  const wanted = objects.map((object) => stixNamedIds(object).toSorted())
  expect(rows.map(({ ids }) => (ids ?? []).toSorted())).toEqual(wanted)
  expect(wanted.map((ids) => ids.length)).toEqual([2, 2, 0, 1, 0, 0])
  await client.end()
})

test('D44: deprecation rules from before go on giving a confidence', async () => {
  await using empty = await createEmptyDatabase()
  await migrate(empty.url, 47)
  const client = await connect(empty.url)
  await client.query(
    `insert into organization (name) values ('First');
     insert into owner (organization_id, name, kind) select id, 'Feed', 'Source' from organization where name = 'First';
     insert into deprecation_rule (owner_id, indicator_type, interval_hours, amount, is_percent, at_minimum)
       select id, '*', 24, 10, false, 'inactive' from owner where name = 'Feed'`,
  )
  await migrate(empty.url)
  const { rows } = await client.query('select gives_confidence from deprecation_rule')
  expect(rows).toEqual([{ gives_confidence: true }])
  await client.end()
})

test('LIB-1: of links that were taken back before that was kept beside them, the audit tells who did it last', async () => {
  await using empty = await createEmptyDatabase()
  await migrate(empty.url, 49)
  const client = await connect(empty.url)
  await client.query(
    `insert into organization (name) values ('First'), ('Second');
     insert into owner (organization_id, name, kind)
       select id, 'Feed of ' || name, 'Source' from organization where name in ('First', 'Second');
     insert into indicator (id, type, value, canonical_version)
       select md5(n::text)::uuid, 'File', md5(n::text), 1 from generate_series(1, 3) n;
     insert into indicator_link (indicator_id, owner_id, linked_id, kind, taken_back_at)
       select least(a, b), owner.id, greatest(a, b), 'Same File', at
       from owner, (values (md5('1')::uuid, md5('2')::uuid, now()), (md5('1')::uuid, md5('3')::uuid, now()),
         (md5('2')::uuid, md5('3')::uuid, null)) link (a, b, at) where owner.name like 'Feed of %';
     insert into audit_event (organization_id, actor_kind, actor_name, action, subject, detail)
       select organization.id, 'user', actor, 'indicator-link.' || act, 'indicator ' || md5(one)::uuid,
         jsonb_build_object('linkedId', md5(other)::uuid, 'owner', 'Feed of ' || owner, 'kind', 'Same File')
       from (values (1, 'First', 'First', 'pat', 'take-back', '1', '2'), (2, 'First', 'First', 'pat', 'restore', '2', '1'),
         (3, 'First', 'First', 'sam', 'take-back', '2', '1'), (4, 'Second', 'Second', 'eve', 'take-back', '1', '2'),
         (5, 'Second', 'First', 'eve', 'take-back', '1', '2'), (6, 'First', 'First', 'pat', 'take-back', '2', '3'),
         (7, 'First', 'First', 'pat', 'restore', '2', '3'))
         said (number, organization, owner, actor, act, one, other)
       join organization on organization.name = said.organization order by said.number`,
  )
  await migrate(empty.url)
  const { rows } = await client.query<{ organization: string; by: string | null }>(
    `select g.name as organization, taken_back_by as by from indicator_link l join owner o on o.id = l.owner_id
     join organization g on g.id = o.organization_id order by g.name, taken_back_by nulls last`,
  )
  // The others have no trace in the audit, or hold.
  expect(rows.map(({ organization, by }) => [organization, by])).toEqual([
    ['First', 'sam'],
    ['First', null],
    ['First', null],
    ['Second', 'eve'],
    ['Second', null],
    ['Second', null],
  ])
  await client.end()
})

const lastBeforeMarkings = 29
const markings = [
  { definition: { tlp: 'red' } },
  { definition: { statement: ' TLP:WHITE ' } },
  { definition: { statement: 'tlp amber-strict' } },
  {
    extensions: { 'extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d': { tlp_2_0: 'red' } },
    definition: { tlp: 'green' },
  },
  { definition: { tlp: 'mauve', statement: 'Amber' } },
  { definition: { statement: 'TLP:RED, but for friends' } },
  { definition: { statement: 5 }, note: '\u0000' },
  { definition: 'TLP:RED' },
  // Its id says what it is.
  { id: 'marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb', definition: { tlp: 'red' } },
].map((said, number): StixObject => ({
  id: `marking-definition--00000000-0000-4000-8000-00000000000${number}`,
  type: 'marking-definition',
  ...said,
}))

const libraryTables = [
  'indicator',
  'assertion',
  'assertion_attribute',
  'tag',
  'security_label',
  'library_group',
  'group_attribute',
  'indicator_group',
  'group_link',
  'indicator_link',
  'indicator_view',
  'tombstone',
  'batch',
  'batch_item_block',
  'collection',
  'collection_version',
  'collection_member',
  'collection_change',
  'collection_pending',
]

/** Of each table of the library, its columns as they are now. */
async function columnsOf(client: pg.Client): Promise<Map<string, string>> {
  const { rows } = await client.query<{ table: string; columns: string }>(
    `select table_name as "table", string_agg(quote_ident(column_name), ', ' order by ordinal_position) as columns
     from information_schema.columns where table_schema = 'public' and table_name = any($1) group by table_name order by table_name`,
    [libraryTables],
  )
  return new Map(rows.map(({ table, columns }) => [table, columns]))
}

/** How many rows each table has, and a sum over the values of those columns in all of them. */
async function fingerprints(
  client: pg.Client,
  columns: ReadonlyMap<string, string>,
): Promise<Map<string, { count: number; sum: string }>> {
  const found = new Map<string, { count: number; sum: string }>()
  for (const [table, ofTable] of columns) {
    const { rows } = await client.query<{ count: number; sum: string }>(
      `select count(*)::int as count, coalesce(sum(hashtextextended(r::text, 0)), 0)::text as sum
       from (select row(${ofTable}) as r from ${table}) all_rows`,
    )
    if (rows[0] !== undefined) found.set(table, rows[0])
  }
  return found
}

/** Of no schema at all. */
async function createEmptyDatabase(): Promise<AsyncDisposable & { url: string }> {
  const name = `rows_${process.pid}_${Date.now()}`
  const admin = await connect(database.url)
  await admin.query(`create database ${name}`)
  return {
    url: database.url.replace(/\/\/\/[^?]+/, `///${name}`),
    async [Symbol.asyncDispose]() {
      await admin.query(`drop database ${name} with (force)`)
      await admin.end()
    },
  }
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  return client
}
