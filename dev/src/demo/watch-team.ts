import { callHub, ensureOwner, type HubTarget } from '@postern/cli'
import { quoteTql } from '@postern/intel'
import { IndicatorPage, OwnerPage, paths, Sighting } from '@postern/protocol'
import { sendIndicators } from '../send-indicators.ts'

const owner = 'Watch team'
const dayMs = 86_400_000

/** Hosts of the sample that the team rated, and saw: those of the botnet's command and control. */
const watched = ['com', 'net', 'org', 'com', 'net', 'org', 'com', 'net'].map(
  (domain, index) => `c2-${index + 1}.lantern.example.${domain}`,
)

/**
 * What people add to the sample by hand: an owner of their own who rates some of its hosts, and what was seen of them in the last two
 * weeks. It is sent as people send it, and once: a demo that is started again finds it there.
 */
export async function addWatchTeam(hub: HubTarget): Promise<void> {
  const { data: owners } = await callHub(hub, paths.owners, OwnerPage)
  if (owners.some(({ name }) => name === owner)) return
  await ensureOwner(hub, owner)
  await sendIndicators(hub, owner, {
    indicator: watched.map((summary, index) => ({
      type: 'Host',
      summary,
      rating: 3 + (index % 3),
      confidence: 60 + index * 5,
      tag: [{ name: 'Lantern' }, ...(index % 2 === 0 ? [{ name: 'Seen at the gateway' }] : [])],
      attribute: [{ type: 'Description', value: 'Answered with the handshake of the loader' }],
    })),
  })
  const tql = `summary in (${watched.map((value) => quoteTql(value)).join(', ')})`
  const { data } = await callHub(hub, `${paths.indicators}?${new URLSearchParams({ tql })}`, IndicatorPage)
  for (const [index, { id }] of data.entries()) {
    for (const daysAgo of [index, index + 5]) {
      const seenAt = new Date(Date.now() - daysAgo * dayMs).toISOString()
      const json = { owner, count: 1 + ((index + daysAgo) % 4), seenAt }
      await callHub(hub, paths.indicatorSightings(id), Sighting, { json })
    }
  }
}
