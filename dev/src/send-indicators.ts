import { randomUUID } from 'node:crypto'
import { callHub, ensureOwner, type HubTarget } from '@postern/cli'
import { addingBatch, BatchAnswer, tcexPaths } from '@postern/protocol'

/** Sends indicators and groups by the batch API in an owner's name. @returns how many were accepted */
export async function sendIndicators(
  hub: HubTarget,
  owner: string,
  content: { indicator: readonly object[]; group?: readonly object[] },
): Promise<number> {
  await ensureOwner(hub, owner)
  const boundary = randomUUID()
  const parts = Object.entries({ config: addingBatch(owner), content }).map(
    ([name, value]) =>
      `--${boundary}\r\nContent-Disposition: form-data; name="${name}"; filename="${name}"\r\n\r\n${JSON.stringify(value)}\r\n`,
  )
  const answer = await callHub(
    hub,
    `${tcexPaths.base}${tcexPaths.createAndUpload}?includeAdditional=true`,
    BatchAnswer,
    {
      method: 'POST',
      headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
      body: Buffer.from(`${parts.join('')}--${boundary}--\r\n`),
    },
  )
  return answer.data.batchStatus.successIndicatorCount ?? 0
}
