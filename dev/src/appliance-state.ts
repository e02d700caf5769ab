import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { AedIdentity } from '@postern/simulators'
import * as z from 'zod'

const State = z.object({
  collections: z.array(
    z.object({
      title: z.string(),
      held: z.object({
        'ipv4-addr': z.array(z.string()),
        'domain-name': z.array(z.string()),
        url: z.array(z.string()),
      }),
    }),
  ),
})

/** What a rehearsal AED really holds in one of its collections, by its back door: no connector's word for it. */
export async function applianceHolds(
  stateFolder: string,
  collectionTitle: string,
): Promise<{ Address: string[]; Host: string[]; URL: string[] }> {
  const { oracleSocket } = AedIdentity.parse(JSON.parse(readFileSync(join(stateFolder, 'aed.json'), 'utf8')))
  const answer = await new Promise<string>((resolve, reject) => {
    request({ socketPath: oracleSocket, path: '/state' }, (response) => text(response).then(resolve, reject))
      .once('error', reject)
      .end()
  })
  const { collections } = State.parse(JSON.parse(answer))
  const held = collections.find(({ title }) => title === collectionTitle)?.held
  if (held === undefined)
    throw new Error(
      `the appliance has no collection ${collectionTitle}, only ${collections.map(({ title }) => title).join(', ')}`,
    )
  return { Address: held['ipv4-addr'].sort(), Host: held['domain-name'].sort(), URL: held.url.sort() }
}
