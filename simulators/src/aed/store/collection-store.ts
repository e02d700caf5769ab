import { randomUUID } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'

import { inTransaction } from './appliance-database.ts'

export interface Collection {
  /** Row number; inside the simulator only. */
  readonly number: number
  /** UUID, the same over TAXII and in the configuration interface. */
  readonly id: string
  readonly title: string
  readonly description: string
}

/** Every appliance ships with this one. */
export const defaultCollectionTitle = 'Default Indicators Collection'

/**
 * The appliance's collections: the default one first, then each in the order it was made.
 * Missing titles are made; none is ever removed by a start with fewer titles.
 * @throws Error when there would be more than `collectionsMax`.
 */
export function openCollections(
  database: DatabaseSync,
  titles: readonly string[],
  collectionsMax: number,
): Collection[] {
  return inTransaction(database, () => {
    const insert = database.prepare(
      'insert into collection (id, title, description) values (?, ?, ?) on conflict (title) do nothing',
    )
    insert.run(randomUUID(), defaultCollectionTitle, 'Indicators of clients that name no collection of their own')
    for (const title of titles) insert.run(randomUUID(), title, '')
    const collections = database.prepare('select number, id, title, description from collection order by number').all()
    if (collections.length > collectionsMax) {
      throw new Error(
        `an appliance has room for ${collectionsMax} collections, the default one included; these would be ${collections.length}`,
      )
    }
    // The columns are those of the table above, all not null.
    return collections.map((row) => ({ ...row })) as unknown as Collection[]
  })
}
