import { Rehearsal, waitFor } from '@postern/dev/environment-server'
import { limits } from '@postern/protocol'
import { expect, test } from 'vitest'

const signMs = 100
/** Writes the time again and again to its log, so that its last sign of life is known. */
const stubborn = `process.on('SIGTERM', () => console.log('asked to end'))
  setInterval(() => console.log('alive ' + Date.now()), ${signMs})`

async function until(rehearsal: Rehearsal, executionId: string, text: string): Promise<void> {
  await waitFor(() => rehearsal.hub.log(executionId).some((line) => line.text.startsWith(text)), `"${text}" in the log`)
}

/** Each starts a server of its own, at once, on a machine that may be busy. */

test.concurrent('D10: a pooled app is ended before the hub may start the next attempt, counted from the last heartbeat it answered', async () => {
  await using rehearsal = await Rehearsal.start()
  const executionId = await rehearsal.execute(stubborn, { placement: 'pooled' })
  await until(rehearsal, executionId, 'alive')
  rehearsal.hub.answers = 'silence'
  const lastAnswered = Date.parse(rehearsal.hub.heartbeats.at(-1)?.sentAt ?? '')
  const { result } = await rehearsal.resultOf(executionId)
  expect(result).toMatchObject({ outcome: 'lease-lost', exitCode: null })
  // It ignores SIGTERM: SIGKILL comes 5 s after the lease has run out.
  const lived = (Date.parse(result.finishedAt) - lastAnswered) / 1000
  expect(lived).toBeGreaterThan(limits.leaseSeconds)
  const texts = await rehearsal.logOf(executionId)
  expect(texts).toContain('asked to end')
  // Its result is written a while after its end, and the app alone matters.
  const signs = texts.filter((text) => text.startsWith('alive ')).map((text) => Number(text.slice(6)))
  // A machine that lets the app wait for its turns lets the server wait as well.
  const heldUpMs = signs.reduce((sum, sign, at) => sum + Math.max(0, sign - (signs[at - 1] ?? sign) - 2 * signMs), 0)
  const livedOn = (signs.at(-1) ?? Infinity) - lastAnswered - heldUpMs
  expect(livedOn / 1000).toBeLessThan(limits.leaseTakeoverSeconds)
})

test.concurrent('D10: an answer that does not grant a pooled attempt ends it at once', async () => {
  await using rehearsal = await Rehearsal.start()
  const executionId = await rehearsal.execute('setInterval(() => {}, 1000)', { placement: 'pooled' })
  await rehearsal.running(executionId)
  rehearsal.hub.answers = 'none'
  expect((await rehearsal.resultOf(executionId)).result.outcome).toBe('lease-lost')
})

test.concurrent('D10: a pooled attempt does not start before the hub grants its lease', async () => {
  await using rehearsal = await Rehearsal.start()
  // No command is judged before the first answer, which tells the time.
  await waitFor(() => rehearsal.hub.heartbeats.length > 0, 'the first heartbeat')
  rehearsal.hub.answers = 'silence'
  const executionId = await rehearsal.execute('process.exit(0)', { placement: 'pooled' })
  await waitFor(
    () => rehearsal.hub.heartbeats.some(({ held }) => held.some((attempt) => attempt.executionId === executionId)),
    'a heartbeat',
  )
  expect(rehearsal.hub.events.some((event) => event.executionId === executionId && event.event === 'running')).toBe(
    false,
  )
  rehearsal.hub.answers = 'all'
  expect((await rehearsal.resultOf(executionId)).result.outcome).toBe('exited')
})

test.concurrent('ES-23: a pinned app goes on without the hub, and its result is delivered when the hub is back', async () => {
  // At an address of its own, where no other program takes its ports while they are closed.
  await using rehearsal = await Rehearsal.start({ hub: { address: '127.0.0.63' } })
  const executionId = await rehearsal.execute(`setTimeout(() => process.exit(3), ${(limits.leaseSeconds + 4) * 1000})`)
  await rehearsal.running(executionId)
  const { port: brokerPort } = rehearsal.hub.broker
  const { port: apiPort } = rehearsal.hub.api
  await rehearsal.hub.broker.close()
  await rehearsal.hub.api.close()
  const connections = () => rehearsal.server.text.split('Connected to ').length
  const before = connections()
  await waitFor(
    () => rehearsal.server.text.includes('exited 3'),
    'the app to end offline',
    () => rehearsal.server.text,
  )
  await rehearsal.hub.openApi(apiPort)
  await rehearsal.hub.openBroker(brokerPort)
  expect((await rehearsal.resultOf(executionId)).result).toMatchObject({ outcome: 'exited', exitCode: 3 })
  await waitFor(
    () => connections() > before,
    'the connection',
    () => rehearsal.server.text,
  )
})
