import { Rehearsal, rehearsalXid, waitFor } from '@postern/dev/environment-server'
import { nodeApp, SigningKey, signedPackage } from '@postern/dev/fake-hub'
import { attemptText, launch, limits, writtenLine } from '@postern/protocol'
import { createHash, createPublicKey, type KeyObject, randomUUID, verify } from 'node:crypto'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'

let rehearsal: Rehearsal
beforeAll(async () => {
  rehearsal = await Rehearsal.start()
})
afterAll(() => rehearsal[Symbol.asyncDispose]())
afterEach(() => {
  rehearsal.hub.clockOffsetMs = 0
})

const quickApp = 'process.exit(0)'

async function expectThrownAway(payload: string, why: string): Promise<void> {
  const before = rehearsal.server.text.length
  await rehearsal.hub.sendRaw(rehearsalXid, payload)
  await waitFor(
    () => rehearsal.server.text.slice(before).includes(why),
    `the log to say "${why}"`,
    () => rehearsal.server.text,
  )
  // The next command is served, so that this one had its turn and left nothing.
  const results = rehearsal.hub.results.length
  await rehearsal.run(quickApp)
  expect(rehearsal.hub.results).toHaveLength(results + 1)
}

test('D8: a command that was edited after it was signed is thrown away', async () => {
  const envelope = rehearsal.hub.envelope(rehearsal.hub.executeCommand(rehearsalXid, await rehearsal.app(quickApp)))
  const edited = { ...envelope, body: envelope.body.replace('"timeoutSeconds":60', '"timeoutSeconds":61') }
  expect(edited.body).not.toBe(envelope.body)
  await expectThrownAway(JSON.stringify(edited), 'its signature is wrong')
})

test('D8: a command signed by a key that the bundle does not pin is thrown away', async () => {
  const command = rehearsal.hub.executeCommand(rehearsalXid, await rehearsal.app(quickApp))
  await expectThrownAway(JSON.stringify(rehearsal.hub.envelope(command, new SigningKey())), 'does not trust')
})

test('D8: a stranger cannot borrow the name of the pinned key', async () => {
  const command = rehearsal.hub.executeCommand(rehearsalXid, await rehearsal.app(quickApp))
  const envelope = { ...rehearsal.hub.envelope(command, new SigningKey()), keyId: rehearsal.hub.commandKey.keyId }
  await expectThrownAway(JSON.stringify(envelope), 'its signature is wrong')
})

test('D8: a command without an envelope is thrown away', async () => {
  const command = rehearsal.hub.executeCommand(rehearsalXid, await rehearsal.app(quickApp))
  await expectThrownAway(JSON.stringify(command), 'not a signed envelope')
  await expectThrownAway('not even JSON', 'not a signed envelope')
})

test('D8: a command for another environment server is thrown away', async () => {
  const command = rehearsal.hub.executeCommand('2002', await rehearsal.app(quickApp))
  await expectThrownAway(JSON.stringify(rehearsal.hub.envelope(command)), 'it is for environment server 2002')
})

test('D8: a command that comes after its time is refused', async () => {
  const past = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString()
  const result = await rehearsal.run(quickApp, { notBefore: past(600), notAfter: past(5) })
  expect(result).toMatchObject({ outcome: 'refused', message: 'The command came after its time.' })
})

test('D8: a command from the future is refused, and says clock', async () => {
  const ahead = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString()
  const result = await rehearsal.run(quickApp, { notBefore: ahead(400), notAfter: ahead(800) })
  expect(result).toMatchObject({ outcome: 'refused', message: expect.stringContaining('clock') })
})

test('D8: a command that lives longer than 24 hours is refused', async () => {
  const result = await rehearsal.run(quickApp, { notAfter: new Date(Date.now() + 25 * 3600_000).toISOString() })
  expect(result).toMatchObject({ outcome: 'refused', message: expect.stringContaining('24 hours') })
})

test("D8: time is the hub's, as far as heartbeat answers show it; beyond five minutes the server says clock and refuses", async () => {
  async function learnOffset(offsetMs: number): Promise<void> {
    rehearsal.hub.clockOffsetMs = offsetMs
    const before = rehearsal.hub.heartbeats.length
    // A new connection begins with a heartbeat, and judges no command before its answer has come.
    rehearsal.hub.broker.cut()
    await waitFor(
      () => rehearsal.hub.heartbeats.length > before,
      'a heartbeat',
      () => rehearsal.server.text,
    )
  }
  // By its own clock the command would be expired; by the hub's it is not.
  await learnOffset(-4 * 60_000)
  const past = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString()
  expect(await rehearsal.run(quickApp, { notBefore: past(300), notAfter: past(60) })).toMatchObject({
    outcome: 'exited',
  })

  await learnOffset(6 * 60_000)
  const refused = await rehearsal.run(quickApp)
  expect(refused).toMatchObject({
    outcome: 'refused',
    message: expect.stringMatching(/^clock: .* 6 minutes behind the hub's/),
  })
  await learnOffset(0)
  expect(await rehearsal.run(quickApp)).toMatchObject({ outcome: 'exited' })
})

test('D40: the server signs what the app named as written, as it was named, and nothing where the app names nothing', async () => {
  const named = `plan ${'a'.repeat(64)}\nreceipt ${'b'.repeat(64)}\n`
  const namesIn = (text: string) =>
    `import { writeFileSync } from 'node:fs'
     import { dirname, join } from 'node:path'
     const top = dirname(dirname(process.env.TC_APP_PARAM_FILE))
     writeFileSync(join(top, 'out', ${JSON.stringify(launch.writtenFile)}), ${JSON.stringify(text)})
     process.exit(3)`
  const publicKey = createPublicKey(rehearsal.hub.enrolled.get(rehearsalXid)?.publicKey ?? '')
  const signedBy = async (text: string) => {
    const executionId = await rehearsal.execute(namesIn(text))
    const { signature } = (await rehearsal.resultOf(executionId)).result
    if (signature === undefined) throw new Error('nothing was signed')
    expect(signature.keyFingerprint).toBe(fingerprintOf(publicKey))
    const { written } = signature
    const bytes = attemptText({ serverXid: rehearsalXid, executionId, attempt: 1, outcome: 'exited', written })
    expect(verify('sha256', Buffer.from(bytes), publicKey, Buffer.from(signature.signature, 'base64'))).toBe(true)
    return { executionId, lines: written.map(writtenLine) }
  }
  expect((await signedBy(named)).lines.join('\n')).toBe(named.trim())
  expect((await signedBy('')).lines).toEqual([])
  const lines = Array.from({ length: limits.writtenDigestsMax }, (_, at) => `plan ${String(at).padStart(64, '0')}`)
  const tooMany = await signedBy(`${lines.join('\n')}\nplan ${'c'.repeat(64)}\n`)
  expect(tooMany.lines).toEqual(lines)
  expect((await rehearsal.logOf(tooMany.executionId)).join('\n')).toContain('those are not signed')
  expect((await signedBy(`${named}receipt ${'d'.repeat(10)}`)).lines.join('\n')).toBe(named.trim())
  expect((await rehearsal.run(quickApp)).signature).toBeUndefined()
})

test('D10: a command that comes twice runs once and is acknowledged twice', async () => {
  const command = rehearsal.hub.executeCommand(
    rehearsalXid,
    await rehearsal.app('setTimeout(() => process.exit(0), 300)'),
  )
  const acknowledgements = () =>
    rehearsal.hub.events.filter(({ executionId, event }) => executionId === command.executionId && event === 'accepted')
      .length
  await rehearsal.hub.send(command)
  await rehearsal.hub.send(command)
  await waitFor(() => acknowledgements() === 2, 'two acknowledgements')
  await rehearsal.resultOf(command.executionId)
  // Also when it has ended and was delivered, and under a new command id.
  await rehearsal.hub.send(command)
  await rehearsal.hub.send({ ...command, commandId: randomUUID() })
  await rehearsal.run(quickApp)
  const starts = rehearsal.hub.events.filter(
    ({ executionId, event }) => executionId === command.executionId && event === 'running',
  )
  expect(starts).toHaveLength(1)
  expect(rehearsal.hub.result(command.executionId)?.count).toBe(1)
})

test('D10: an earlier attempt that comes after a later one is refused', async () => {
  const app = await rehearsal.app(quickApp)
  const executionId = randomUUID()
  expect(await rehearsal.run(app, { executionId, attempt: 3 })).toMatchObject({ outcome: 'exited' })
  expect(await rehearsal.run(app, { executionId, attempt: 2 })).toMatchObject({
    outcome: 'refused',
    message: expect.stringContaining('later attempt'),
  })
})

test('D10: a new attempt on the same server starts only when the old one has ended', async () => {
  const executionId = randomUUID()
  const app = await rehearsal.app('setInterval(() => {}, 1000)')
  await rehearsal.execute(app, { executionId, attempt: 1 })
  await rehearsal.running(executionId, 1)
  await rehearsal.execute(quickApp, { executionId, attempt: 2 })
  expect((await rehearsal.resultOf(executionId, 1)).result.outcome).toBe('lease-lost')
  const second = (await rehearsal.resultOf(executionId, 2)).result
  expect(second.outcome).toBe('exited')
  const first = rehearsal.hub.result(executionId, 1)?.result.finishedAt ?? ''
  expect(Date.parse(second.startedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(first))
})

test('a cancel command ends a running app with SIGTERM first', async () => {
  const app = `process.on('SIGTERM', () => { console.log('told to end'); process.exit(1) }); setInterval(() => {}, 1000); console.log('up')`
  const executionId = await rehearsal.execute(app)
  await waitFor(() => rehearsal.hub.log(executionId).some(({ text }) => text === 'up'), 'the app to be up')
  await rehearsal.hub.send({
    ...pick(rehearsal.hub.executeCommand(rehearsalXid, await rehearsal.app(quickApp), { executionId })),
    kind: 'cancel',
    reason: 'Cancelled by Ada.',
  })
  expect((await rehearsal.resultOf(executionId)).result).toMatchObject({
    outcome: 'cancelled',
    message: 'Cancelled by Ada.',
    exitCode: 1,
  })
  expect(await rehearsal.logOf(executionId)).toContain('told to end')
})

test('a cancel command that overtakes its execution keeps it from ever starting', async () => {
  const command = rehearsal.hub.executeCommand(rehearsalXid, await rehearsal.app(quickApp))
  await rehearsal.hub.send({ ...pick(command), commandId: randomUUID(), kind: 'cancel', reason: 'Never mind.' })
  expect((await rehearsal.resultOf(command.executionId)).result.outcome).toBe('cancelled')
  await waitFor(
    () =>
      rehearsal.server.text.includes(`Execution ${command.executionId}, attempt 1: the hub has it ended. Never mind.`),
    'the log to say so',
    () => rehearsal.server.text,
  )
  await rehearsal.hub.send(command)
  await rehearsal.run(quickApp)
  expect(
    rehearsal.hub.events.some(({ executionId, event }) => executionId === command.executionId && event === 'running'),
  ).toBe(false)
})

test('ES-22: a package signed by a publisher that the bundle does not pin is refused', async () => {
  const app = rehearsal.hub.addPackage(await nodeApp('stranger_v1', quickApp, new SigningKey()))
  expect(await rehearsal.run(app)).toMatchObject({
    outcome: 'refused',
    message: expect.stringContaining('does not trust'),
  })
  expect(rehearsal.hub.packageDownloads).not.toContain(app.sha256)
})

test('ES-22: a package with a wrong signature by a pinned publisher is refused', async () => {
  const good = await nodeApp('forged_v1', quickApp, rehearsal.hub.publisherKey)
  const other = signedPackage('forged_v1', Buffer.concat([good.bytes, Buffer.from('x')]), rehearsal.hub.publisherKey)
  const app = rehearsal.hub.addPackage({ ...good, signature: other.signature })
  expect(await rehearsal.run(app)).toMatchObject({
    outcome: 'refused',
    message: expect.stringContaining('its signature is wrong'),
  })
})

test('ES-22: a package whose bytes are not those that the command names is refused', async () => {
  const app = await nodeApp('swapped_v1', quickApp, rehearsal.hub.publisherKey)
  const swapped = await nodeApp('swapped_v1', 'process.exit(9)', rehearsal.hub.publisherKey)
  rehearsal.hub.packages.set(app.sha256, { ...app, bytes: swapped.bytes })
  const result = await rehearsal.run(app, { app: { packageBytes: swapped.bytes.length } })
  expect(result).toMatchObject({ outcome: 'refused', message: expect.stringContaining('SHA-256') })
})

test('D9: secrets that were sealed for another execution cannot be used for this one', async () => {
  const app = await rehearsal.app(quickApp)
  const { sealed } = rehearsal.hub.executeCommand(rehearsalXid, app)
  expect(await rehearsal.run(app, { sealed })).toMatchObject({
    outcome: 'refused',
    message: expect.stringContaining('sealed for another'),
  })
})

function pick<
  Command extends {
    protocolVersion: number
    commandId: string
    serverXid: string
    executionId: string
    attempt: number
    notBefore: string
    notAfter: string
  },
>(command: Command) {
  const { protocolVersion, serverXid, executionId, attempt, notBefore, notAfter } = command
  return { protocolVersion, commandId: randomUUID(), serverXid, executionId, attempt, notBefore, notAfter }
}

function fingerprintOf(publicKey: KeyObject): string {
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex')
}
