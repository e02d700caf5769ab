import { createHash } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import { type HubTarget, sendToHub } from '@postern/cli'
import { paths, ValueLine, ValuesEnd } from '@postern/protocol'

/**
 * All values of a data collection's newest version, as an export reads them.
 * @throws Error when the stream is not whole (D4)
 */
export async function collectionValues(
  target: HubTarget,
  collectionId: string,
  tlpMax = 'AMBER',
): Promise<{ values: ValueLine[]; leftOut: Record<string, number> }> {
  const path = `${paths.collectionValues(collectionId, 'latest')}?tlpMax=${encodeURIComponent(tlpMax)}`
  const text = gunzipSync((await sendToHub(target, path)).bytes).toString('utf8')
  const endAt = text.lastIndexOf('\n', text.length - 2) + 1
  const end = ValuesEnd.parse(JSON.parse(text.slice(endAt)))
  const body = text.slice(0, endAt)
  const values = body
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => ValueLine.parse(JSON.parse(line)))
  const sha256 = createHash('sha256').update(body).digest('hex')
  if (end.count !== values.length || end.sha256 !== sha256) throw new Error('the stream of values is not whole')
  return { values, leftOut: end.leftOut }
}
