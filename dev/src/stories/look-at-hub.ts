import { callHub, type HubTarget } from '@postern/cli'
import { Environment, type EnvironmentServer, ExecutionDetail, LogPage, paths } from '@postern/protocol'
import { waitFor } from '../environment-server/wait-for.ts'
import { withHubDatabase } from '../hub-database.ts'

/** A server as its environment shows it; nothing if it is in none of that name. */
export async function serverOf(
  target: HubTarget,
  { id }: Environment,
  serverXid: string,
): Promise<EnvironmentServer | undefined> {
  const { servers } = await callHub(target, paths.environment(id), Environment)
  return servers.find((server) => server.serverXid === serverXid)
}

/** How many attempts the server has in its journal, by its own word; the API does not tell those from others that are on their way. */
export async function acceptedBy(dataFolder: string, serverXid: string): Promise<number> {
  return await withHubDatabase(dataFolder, async (client) => {
    const { rows } = await client.query<{ count: number }>(
      'select count(*)::int as count from attempt where server_xid = $1 and accepted_at is not null',
      [serverXid],
    )
    return rows[0]?.count ?? 0
  })
}

/** The log of an execution once it holds this line: the last lines may come after the result. */
export async function logWith(target: HubTarget, executionId: string, line: string): Promise<string[]> {
  return await waitFor(async () => {
    const { data } = await callHub(target, `${paths.executionLog(executionId)}?limit=1000`, LogPage)
    const texts = data.map(({ text }) => text)
    return texts.includes(line) && texts
  }, `“${line}” in the log of execution ${executionId}`)
}

/** Waits until each of the executions is as wanted. */
export async function settled(
  target: HubTarget,
  ids: readonly string[],
  isWanted: (execution: ExecutionDetail) => boolean,
): Promise<ExecutionDetail[]> {
  return await waitFor(async () => {
    const seen = await Promise.all(ids.map((id) => callHub(target, paths.execution(id), ExecutionDetail)))
    return seen.every(isWanted) && seen
  }, 'the executions to settle')
}
