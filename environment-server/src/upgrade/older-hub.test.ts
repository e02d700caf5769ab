import { Rehearsal, rehearsalXid, waitFor } from '@postern/dev/environment-server'
import { topics } from '@postern/protocol'
import { expect, test } from 'vitest'

test('ES-20: on a hub of protocol 1 this server speaks 1, runs what it is given, and sends nothing that came later', async () => {
  await using rehearsal = await Rehearsal.start({
    hub: { isOldest: true },
    settings: { relaySystemInfoPublishSeconds: 5 },
  })
  const { hub } = rehearsal
  // A hub places nothing on a server that speaks more than it knows, so it hears soon that this one can do with less.
  await waitFor(() => hub.heartbeats.at(-1)?.protocolVersion === 1, 'a heartbeat of protocol 1')
  expect(await rehearsal.run('console.log(1)')).toMatchObject({ outcome: 'exited', exitCode: 0 })
  expect(hub.events.map(({ protocolVersion }) => protocolVersion)).not.toContain(4)
  await waitFor(() => hub.api.notFound > 1, 'the report of settings, and the question for its keys, to be tried')
  // Two more: telemetry would have come by then.
  const before = hub.heartbeats.length
  await waitFor(() => hub.heartbeats.length >= before + 2, 'more heartbeats')
  expect(hub.refusedTopics).toEqual([])
  // Neither was tried again, and nothing was cut for what it said.
  expect([hub.api.notFound, hub.lost]).toEqual([2, []])
  expect(hub.refusedTopics).not.toContain(topics.telemetry(rehearsalXid))
})
