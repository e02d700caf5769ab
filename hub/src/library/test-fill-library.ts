import type { Pool } from 'pg'

/**
 * Fills a library by SQL with as many hosts, addresses, URLs and hashes as are wanted, for tests of what many rows do: hosts
 * `h<number>.example.com` and so on, two of 200 tags and a rare one each hundred thousandth, ratings 0 to 5, three owners of which the
 * last has a hundredth, added over 100 days.
 * @returns the owners' numbers
 */
export async function fillLibrary(pool: Pool, organizationId: string, count: number): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `insert into owner (organization_id, name, kind) select $1, 'Filler ' || n, 'Source' from generate_series(1, 3) n returning id`,
    [organizationId],
  )
  const owners = rows.map(({ id }) => id)
  await pool.query(
    `insert into indicator (id, type, value, canonical_version)
     select substr(encode(sha256(convert_to(type, 'utf8') || '\\x00' || convert_to(value, 'utf8')), 'hex'), 1, 32)::uuid, type, value, 1
     from (
       select n, (array['Host', 'Address', 'URL', 'File'])[1 + n % 4] as type,
         case n % 4
           when 0 then 'h' || n || '.example.com'
           when 1 then '198.' || 18 + (n >> 18) || '.' || ((n >> 10) & 255) || '.' || ((n >> 2) & 255)
           when 2 then 'https://h' || n || '.example.com/gate.php'
           else md5(n::text) || md5((n + 1)::text)
         end as value
       from generate_series(1, $1::int) n
     ) made on conflict do nothing`,
    [count],
  )
  await pool.query(
    `insert into assertion (indicator_id, owner_id, rating, confidence, active, private, status, tags, labels, added_at, modified_at)
     select id, ($1::bigint[])[case when n % 100 = 0 then 3 else 1 + n % 2 end], n % 6, n % 101, true, false, 'Active',
       array['campaign-' || n % 199, 'family-' || n % 200] || case when n % 100000 = 7 then array['rare'] else '{}' end, '{}',
       now() - n * interval '100 days' / $2::float8, now() - n * interval '100 days' / $2::float8
     from (select id, row_number() over (order by id) as n from indicator) made`,
    [owners, count],
  )
  await pool.query(
    `insert into indicator_view (organization_id, indicator_id, rating, confidence, active, owner_ids, tags, added_at, modified_at)
     select $1, indicator_id, rating, confidence, true, array[owner_id], tags, added_at, modified_at from assertion order by added_at`,
    [organizationId],
  )
  await pool.query('vacuum (analyze) indicator, assertion, indicator_view, owner')
  return owners
}
