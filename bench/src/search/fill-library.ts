import type pg from 'pg'

/**
 * Fills the library by SQL up to `count` indicators: hosts `h<number>.example.com`, addresses, URLs and hashes in equal parts, two of
 * 200 tags each, ratings 0 to 5, added over 100 days by two owners and, one in a hundred, by a third. Ids are as the hub makes them.
 *
 * @param from how many are there already
 */
export async function fillLibrary(
  database: pg.Client,
  organizationId: string,
  count: number,
  from = 0,
): Promise<string[]> {
  await database.query(
    `insert into owner (organization_id, name, kind) select $1, 'Filler ' || n, 'Source' from generate_series(1, 3) n
     on conflict do nothing`,
    [organizationId],
  )
  const { rows } = await database.query<{ id: string }>(
    `select id from owner where organization_id = $1 and name like 'Filler %' order by name`,
    [organizationId],
  )
  const owners = rows.map(({ id }) => id)
  await database.query(
    'create temporary table made (number int, id uuid, type text, value text) on commit preserve rows',
  )
  await database.query(
    `insert into made
     select n, substr(encode(sha256(convert_to(type, 'utf8') || '\\x00' || convert_to(value, 'utf8')), 'hex'), 1, 32)::uuid, type, value
     from (
       select n, (array['Host', 'Address', 'URL', 'File'])[1 + n % 4] as type,
         case n % 4
           when 0 then 'h' || n || '.example.com'
           when 1 then '172.' || 16 + (n >> 18) || '.' || ((n >> 10) & 255) || '.' || ((n >> 2) & 255)
           when 2 then 'https://h' || n || '.example.com/gate.php'
           else md5(n::text) || md5((n + 1)::text)
         end as value
       from generate_series($1::int + 1, $2::int) n
     ) each`,
    [from, count],
  )
  await database.query(
    `insert into indicator select id, type, value, 1 from made order by number on conflict do nothing`,
  )
  await database.query(
    `insert into assertion (indicator_id, owner_id, rating, confidence, active, private, status, tags, labels, added_at, modified_at)
     select id, ($1::bigint[])[case when number % 100 = 3 then 3 else 1 + number % 2 end], number % 6, number % 101, true, false, 'Active',
       array['campaign-' || number % 199, 'family-' || number % 200], '{}',
       now() - (5000000 - number) * interval '1 second', now() - (5000000 - number) * interval '1 second'
     from made order by number`,
    [owners],
  )
  await database.query(
    `insert into indicator_view (organization_id, indicator_id, rating, confidence, active, owner_ids, tags, added_at, modified_at)
     select $1, a.indicator_id, a.rating, a.confidence, true, array[a.owner_id], a.tags, a.added_at, a.modified_at
     from made join assertion a on a.indicator_id = made.id order by number`,
    [organizationId],
  )
  await database.query('drop table made')
  await database.query('vacuum (analyze) indicator, assertion, indicator_view')
  await database.query('checkpoint')
  return owners
}
