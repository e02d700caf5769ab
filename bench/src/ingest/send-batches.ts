import { randomUUID } from 'node:crypto'
import { callHub, type HubTarget } from '@postern/cli'
import { BatchAnswer, tcexPaths } from '@postern/protocol'
import { inFlight } from './in-flight.ts'

const path = `${tcexPaths.base}${tcexPaths.createAndUpload}?includeAdditional=true`

/** Sends batch contents through `createAndUpload` as the SDK does. @returns seconds from the first request to the last answer */
export async function sendBatches(
  hub: HubTarget,
  owner: string,
  contents: readonly Buffer[],
  requestsMax: number,
): Promise<number> {
  const requests = contents.map((content) => multipart(owner, content))
  const start = performance.now()
  await inFlight(requestsMax, requests, async ({ headers, body }) => {
    const { data } = await callHub(hub, path, BatchAnswer, { method: 'POST', headers, body })
    if (data.batchStatus.status !== 'Completed' || (data.batchStatus.errorCount ?? 0) > 0)
      throw new Error(`A batch ended as ${JSON.stringify(data.batchStatus)}.`)
  })
  return (performance.now() - start) / 1000
}

function multipart(owner: string, content: Buffer) {
  const config = {
    action: 'Create',
    owner,
    attributeWriteType: 'Replace',
    tagWriteType: 'Replace',
    securityLabelWriteType: 'Replace',
    haltOnError: 'false',
    playbookTriggersEnabled: 'false',
    version: 'V2',
  }
  const boundary = `postern-${randomUUID()}`
  const head = (name: string) =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"; filename="${name}"\r\n\r\n`
  return {
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    body: Buffer.concat([
      Buffer.from(`${head('config')}${JSON.stringify(config)}\r\n${head('content')}`),
      content,
      Buffer.from(`\r\n--${boundary}--\r\n`),
    ]),
  }
}
