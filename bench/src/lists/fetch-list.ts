import { Agent, request } from 'node:https'
import type { ListUnderTest } from './list-under-test.ts'

/** Fetches the list as a firewall does, over a connection that is there already. @returns seconds */
export async function fetchList({ url, headers, caPem, bytes }: ListUnderTest, agent: Agent): Promise<number> {
  const start = performance.now()
  let got = 0
  await new Promise<void>((resolve, reject) => {
    request(url, { agent, headers, ca: caPem }, (response) => {
      response.on('data', (chunk: Buffer) => (got += chunk.length))
      response.once('error', reject)
      response.once('end', () =>
        response.statusCode === 200
          ? resolve()
          : reject(new Error(`the list was answered with ${response.statusCode}`)),
      )
    })
      .once('error', reject)
      .end()
  })
  if (got !== bytes) throw new Error(`the list came with ${got} bytes instead of ${bytes}`)
  return (performance.now() - start) / 1000
}
