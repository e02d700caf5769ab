import { Rehearsal, rehearsalXid, waitFor, runCommand, type Said } from '@postern/dev/environment-server'
import { type AppPackage, type CommandChanges, nodeApp, SigningKey } from '@postern/dev/fake-hub'
import {
  limits,
  type ConfigureCommand,
  type KeySuccession,
  keySuccessionMessage,
  type NarrowPolicyCommand,
  type SignedCommand,
} from '@postern/protocol'
import { createHash, createPublicKey, randomUUID } from 'node:crypto'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { AuditEntry } from './local-audit.ts'

// One server, whose hub is in bad hands; each test goes on where the one before ended.
let rehearsal: Rehearsal
let good: AppPackage
const policyFile = () => join(rehearsal.server.home, '.postern-envsvr', 'policy.json')

beforeAll(async () => {
  rehearsal = await Rehearsal.start({ policy: { settings: ['serverName'], targets: ['*.plant.example'] } })
  good = await rehearsal.app('process.exit(0)')
  expect(await run({ egress: ['aed.plant.example'] })).toMatchObject({ outcome: 'exited' })
})
afterAll(() => rehearsal[Symbol.asyncDispose]())

function audited(): AuditEntry[] {
  const file = join(rehearsal.server.home, '.postern-envsvr', 'logs', 'audit.log')
  if (!existsSync(file)) return []
  expect(statSync(file).mode & 0o077).toBe(0)
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as AuditEntry)
}

/** Sends it, and waits for the line that says why it was not done. */
async function expectAudited(payload: string, event: AuditEntry['event'], why: RegExp): Promise<void> {
  const before = audited().length
  const starts = rehearsal.hub.events.filter((each) => each.event === 'running').length
  await rehearsal.hub.sendRaw(rehearsalXid, payload)
  await waitFor(
    () => audited().length > before,
    `the audit to say ${why}`,
    () => rehearsal.server.text,
  )
  expect(audited().slice(before)).toMatchObject([{ event, why: expect.stringMatching(why) }])
  expect(rehearsal.hub.events.filter((each) => each.event === 'running')).toHaveLength(starts)
}

const signed = (command: SignedCommand) => JSON.stringify(rehearsal.hub.envelope(command))
/** Their packages say no kind, so that is what an honest hub says of them. */
const honest = (changes: CommandChanges) => ({ ...changes, app: { kind: 'tcex' as const, ...changes.app } })
const execute = (changes: CommandChanges = {}, app = good) =>
  rehearsal.hub.executeCommand(rehearsalXid, app, honest(changes))
const run = (changes: CommandChanges = {}) => rehearsal.run(good, honest(changes))
const away = (seconds: number) => new Date(rehearsal.hub.now() + seconds * 1000).toISOString()

function about(changes: Partial<SignedCommand> = {}) {
  const from = { notBefore: away(0), notAfter: away(600), ...changes }
  return { protocolVersion: 5, commandId: randomUUID(), serverXid: rehearsalXid, ...from }
}
function narrow(
  narrowing: NarrowPolicyCommand['narrowing'],
  changes: Partial<SignedCommand> = {},
): NarrowPolicyCommand {
  return { ...about(changes), kind: 'narrow-policy', narrowing }
}
function configure(settings: ConfigureCommand['settings']): ConfigureCommand {
  return { ...about(), kind: 'configure', settings }
}

function policy(...argv: string[]): Promise<Said> {
  return runCommand(rehearsal.server.home, ['policy', ...argv])
}

test('ES-22: whatever bytes come that the hub did not sign, nothing is done, and each is a line of the local audit', async () => {
  const { hub } = rehearsal
  const envelope = hub.envelope(execute())
  const edited = { ...envelope, body: envelope.body.replace('"timeoutSeconds":60', '"timeoutSeconds":61') }
  const borrowed = { ...hub.envelope(execute(), new SigningKey()), keyId: hub.commandKey.keyId }
  const padded = { ...envelope, body: ' '.repeat(limits.messageBytesMax - 100) }
  const attacks: [string, RegExp][] = [
    ['not even JSON', /not a signed envelope/],
    [JSON.stringify(execute()), /not a signed envelope/],
    [JSON.stringify(edited), /signature is wrong/],
    [JSON.stringify(hub.envelope(execute(), new SigningKey())), /does not trust/],
    [JSON.stringify(borrowed), /signature is wrong/],
    [JSON.stringify(hub.envelope(execute(), hub.publisherKey)), /does not trust/],
    [JSON.stringify(padded), /signature is wrong|too large/],
    [signed(execute({ serverXid: '2002' })), /for environment server 2002/],
    [signed(narrow({ apps: [] }, { serverXid: '2002' })), /for environment server 2002/],
  ]
  for (const [payload, why] of attacks) await expectAudited(payload, 'thrown-away', why)
})

test('ES-22: what the hub signed and may not ask for is refused and audited: late, early, too long, old, over-broad, foreign', async () => {
  const executionId = randomUUID()
  expect(await run({ executionId, attempt: 3 })).toMatchObject({ outcome: 'exited' })
  const foreign = rehearsal.hub.addPackage(await nodeApp('stranger_v1', 'process.exit(0)', new SigningKey()))
  const attacks: [SignedCommand, RegExp][] = [
    [execute({ notBefore: away(-600), notAfter: away(-5) }), /came after its time/],
    [execute({ notBefore: away(400), notAfter: away(800) }), /from the future/],
    [execute({ notAfter: away(25 * 3600) }), /more than 24 hours/],
    [execute({ executionId, attempt: 2 }), /later attempt/],
    [execute({ egress: ['aed.plant.example', 'elsewhere.example'] }), /does not list the host elsewhere.example/],
    [execute({ egress: ['*.example'] }), /does not list the host \*\.example/],
    [execute({}, foreign), /does not trust, and the publisher's key did not come with it/],
    [configure({ appsNumberofJobExecutors: 9 }), /does not let the hub set appsNumberofJobExecutors/],
    [configure({ apiURL: 'https://elsewhere.example' }), /only be set on the environment server itself/],
    [narrow({ allow: ['everything'] }), /knows no such narrowing/],
    [narrow({}), /narrows nothing/],
    [narrow({ directions: ['everything'] }), /knows no such narrowing/],
    [narrow({ apps: [] }, { notBefore: away(-600), notAfter: away(-5) }), /came after its time/],
  ]
  for (const [command, why] of attacks) await expectAudited(signed(command), 'refused', why)
  const replayed = execute()
  await rehearsal.hub.send(replayed)
  await rehearsal.resultOf(replayed.executionId)
  // Results are delivered one after another: with the next one here, the server has heard that this one is.
  await run()
  await expectAudited(signed(replayed), 'repeated', /done before/)
})

test('D36: the hub narrows at once and for good; only a person on the server takes that back', async () => {
  const narrowing = narrow({ apps: [good.programName], targets: [], settings: [] })
  await expectAudited(signed(narrowing), 'narrowed', /"targets":\[\]/)
  await waitFor(
    () =>
      rehearsal.hub.settingsReports
        .flatMap(({ answers }) => answers)
        .some((each) => each.commandId === narrowing.commandId && each.outcome === 'applied'),
    'the answer',
    () => rehearsal.server.text,
  )
  // The hub is told what is in force, so that people see it there.
  const reported = () => rehearsal.hub.settingsReports.at(-1)?.policy
  expect(reported()).toMatchObject({
    narrowedBy: [narrowing.commandId],
    lists: { targets: { names: ['*.plant.example'], count: 1 }, settings: { names: ['serverName'], count: 1 } },
  })
  const wider = { apps: [good.programName, 'other_v1'], targets: ['*.plant.example'], settings: ['serverName'] }
  await expectAudited(signed(narrow(wider)), 'narrowed', /other_v1/)
  await expectAudited(
    signed(execute({ egress: ['aed.plant.example'] })),
    'refused',
    /What the hub narrowed .* does not list/,
  )
  await expectAudited(signed(configure({ serverName: 'Other' })), 'refused', /does not let the hub set serverName/)
  expect(await run()).toMatchObject({ outcome: 'exited' })

  const shown = JSON.parse((await policy('show', '--json')).text) as { narrowings: { commandId: string }[] }
  expect(shown.narrowings[0]).toMatchObject({ commandId: narrowing.commandId, narrowing: { targets: [] } })
  expect((await policy('show')).text).toContain(`From the hub, `)
  expect(await policy('clear-hub')).toMatchObject({ code: 0, text: expect.stringContaining('2 narrowings') })
  await waitFor(() => reported()?.narrowedBy.length === 0, 'the hub to hear that it was taken back')
  // Its own command again changes nothing: it was done once.
  await rehearsal.hub.send(narrowing)
  expect(await run({ egress: ['aed.plant.example'] })).toMatchObject({ outcome: 'exited' })
})

test('S16: policy lock writes what is in use, at once in force, and never allows more than before', async () => {
  const other = await rehearsal.app('process.exit(0)')
  const said = await policy('lock')
  expect(said).toMatchObject({ code: 0, text: expect.stringContaining('It is in force.') })
  expect(JSON.parse(readFileSync(policyFile(), 'utf8'))).toEqual({
    settings: ['serverName'],
    targets: ['aed.plant.example'],
    apps: [good.programName],
    versions: [good.sha256],
    directions: ['tcex'],
  })
  await expectAudited(signed(execute({}, other)), 'refused', /does not allow the app/)
  const upgraded = rehearsal.hub.addPackage(
    await nodeApp(good.programName, 'process.exit(9)', rehearsal.hub.publisherKey),
  )
  await expectAudited(signed(execute({}, upgraded)), 'refused', /does not allow this version/)
  await expectAudited(signed(execute({ egress: ['other.plant.example'] })), 'refused', /does not list the host/)
  await expectAudited(signed(execute({ app: { kind: 'export' } })), 'refused', /does not allow apps of the kind export/)
  expect(await run({ egress: ['aed.plant.example'] })).toMatchObject({ outcome: 'exited' })
})

test('D36: a publisher that is not pinned is refused with its fingerprint, and trusted by a person on the server alone', async () => {
  writeFileSync(policyFile(), JSON.stringify({ directions: ['tcex', 'action'] }))
  expect((await runCommand(rehearsal.server.home, ['reload'])).code).toBe(0)
  // The kind that a command says is the hub's word; where it matters, the package's own counts.
  expect(await run({ app: { kind: 'action' } })).toMatchObject({
    outcome: 'refused',
    message: expect.stringContaining('is of the kind tcex, not action'),
  })
  const publisher = new SigningKey()
  const app = rehearsal.hub.addPackage(await nodeApp('theirs_v1', 'process.exit(0)', publisher))
  const refused = await rehearsal.run(app, honest({ app: { publisherKey: publisher.publicKey } }))
  expect(refused).toMatchObject({ outcome: 'refused', message: expect.stringContaining('policy trust') })
  const fingerprint = /policy trust ([0-9a-f]{64})/.exec(refused.message)?.[1] ?? ''
  expect(fingerprint.startsWith(publisher.keyId)).toBe(true)
  // Another's key under this signature is none that could be trusted by it.
  const borrowed = await rehearsal.run(app, honest({ app: { publisherKey: new SigningKey().publicKey } }))
  expect(borrowed.message).toContain('did not come with it')
  expect(await policy('trust', 'f'.repeat(64))).toMatchObject({ code: 2, text: expect.stringContaining(fingerprint) })
  expect(await policy('trust', fingerprint)).toMatchObject({
    code: 0,
    text: expect.stringContaining('It is in force.'),
  })
  expect(await rehearsal.run(app, honest({}))).toMatchObject({ outcome: 'exited' })
  expect(audited().map(({ event }) => event)).toContain('trusted')
})

/** What a key says of the one that follows it. */
function succession(by: SigningKey, next: SigningKey, seconds: number): KeySuccession {
  const said = {
    purpose: 'command',
    predecessorId: by.keyId,
    publicKey: next.publicKey,
    predecessorEndsAt: away(seconds),
  }
  return { ...said, signature: by.sign(Buffer.from(keySuccessionMessage(said))) }
}

test('ES-22: a command key that the one before has signed is trusted, in time; one that was missed by a person alone (D7)', async () => {
  const { hub, server } = rehearsal
  const [second, third, stranger] = [new SigningKey(), new SigningKey(), new SigningKey()]
  const reload = () => runCommand(server.home, ['reload'])
  const trusts = async (...keys: SigningKey[]) => {
    const ids = keys.map(({ keyId }) => keyId).join()
    await waitFor(
      () => hub.settingsReports.at(-1)?.commandKeys?.join() === ids,
      `the server to trust ${ids}`,
      () => server.text,
    )
  }
  const runsBy = async (key: SigningKey) => {
    const command = execute()
    await hub.sendRaw(rehearsalXid, JSON.stringify(hub.envelope(command, key)))
    expect((await rehearsal.resultOf(command.executionId)).result).toMatchObject({ outcome: 'exited' })
  }
  // Nobody whose word counts has said it, and signed by nobody at all.
  const forged = succession(stranger, stranger, 600)
  hub.successions.push(forged, { ...succession(hub.commandKey, stranger, 600), signature: forged.signature })
  hub.successions.push(succession(hub.commandKey, second, 3600))
  expect((await reload()).code).toBe(0)
  await trusts(hub.commandKey, second)
  await runsBy(second)
  await runsBy(hub.commandKey)
  const foreign = JSON.stringify(hub.envelope(execute(), stranger))
  await expectAudited(foreign, 'thrown-away', /which this server does not trust/)

  // It slept while the second ended: that one counts no more, and the third is not believed.
  hub.successions.push(succession(second, third, -1))
  await reload()
  await waitFor(() => audited().at(-1)?.event === 'key-missed', 'the key that was missed')
  expect(server.text).toContain('that this server missed')
  await expectAudited(JSON.stringify(hub.envelope(execute(), third)), 'thrown-away', /policy show/)
  await server.stop()
  await server.startConnected()
  await trusts(hub.commandKey)
  const fingerprint = createHash('sha256')
    .update(createPublicKey(third.publicKey).export({ type: 'spki', format: 'der' }))
    .digest('hex')
  expect((await policy('show')).text).toContain(fingerprint)
  expect(await policy('trust', fingerprint)).toMatchObject({ code: 0, text: expect.stringContaining('in force') })
  await trusts(hub.commandKey, third)
  await runsBy(third)
  expect(audited().map(({ event }) => event)).toEqual(expect.arrayContaining(['key-learned', 'key-missed']))
})
