import type { SignedCommand } from '@postern/protocol'
import type { Db } from '../database/database.ts'
import type { Keys } from './keys.ts'

/**
 * Which key signs a command: the newest that its server says it trusts, among those that count for as long as the command lives (D7). A
 * server that has said nothing may know the oldest of them alone. Once only the newest is left that one signs, whoever trusts it.
 * @param db the transaction that somebody is in
 */
export async function commandKeyFor(
  keys: Keys,
  { serverXid, notAfter }: Pick<SignedCommand, 'serverXid' | 'notAfter'>,
  db?: Db,
): Promise<string> {
  const good = (await keys.good('command', new Date(notAfter), db)).map(({ id }) => id)
  const [newest = '', ...older] = good
  if (older.length === 0) return newest
  const trusted = await keys.commandKeysOf(serverXid, db)
  return good.find((id) => trusted.includes(id)) ?? older.at(-1) ?? newest
}
