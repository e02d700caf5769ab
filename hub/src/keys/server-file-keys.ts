import { keyEndsAt, type Keys, type SigningKey } from './keys.ts'

/**
 * Keys whose signatures on server files count at that time, newest first: release keys, and the publisher keys that sign them until there
 * is one (D7). The one that stood in counts for as long as servers may not have heard of the first release key.
 */
export async function serverFileKeys(keys: Keys, at: Date): Promise<SigningKey[]> {
  const releases = await keys.all('release')
  const first = releases.at(-1)
  if (first === undefined) return await keys.good('publisher', at)
  const standIn = (await keys.all('publisher')).filter(
    ({ id, revokedAt }) => id === first.predecessorId && revokedAt === null && at < (first.predecessorEndsAt ?? at),
  )
  return [...releases.filter((key) => at < keyEndsAt(key)), ...standIn]
}
