import { type RawBuilder, sql } from 'kysely'

/**
 * The targets that `control c` has receipts of, as a table `n (target)` for a join: one step a target, by the index
 * (control_id, target, id desc).
 */
export function targetNames(max: number): RawBuilder<unknown> {
  return sql`(
    with recursive name(target) as (
      select min(target) from receipt where control_id = c.id
      union all
      select (select min(target) from receipt where control_id = c.id and target > name.target)
      from name where name.target is not null)
    select target from name where target is not null limit ${max}
  ) n`
}
