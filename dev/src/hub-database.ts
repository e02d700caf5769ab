import { join } from 'node:path'
import pg from 'pg'

/** Does something with a connection to the database of a hub that runs its own, past the hub. */
export async function withHubDatabase<Result>(
  dataFolder: string,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({ host: join(dataFolder, 'cluster/socket'), user: 'postern', database: 'postern' })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
