import { rehearsalXid, runCommand, waitFor } from '@postern/dev/environment-server'
import { nodeApp, SigningKey } from '@postern/dev/fake-hub'
import { limits, type ConfigureCommand, type NarrowPolicyCommand, type SignedCommand } from '@postern/protocol'
import { randomUUID } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { BadHub, honest } from './testing/bad-hub.ts'

// One server, whose hub is in bad hands; each test goes on where the one before ended.
let bad: BadHub

beforeAll(async () => {
  bad = await BadHub.start({ settings: ['serverName'], targets: ['*.plant.example'] })
  expect(await bad.run({ egress: ['aed.plant.example'] })).toMatchObject({ outcome: 'exited' })
})
afterAll(() => bad[Symbol.asyncDispose]())

function about(changes: Partial<SignedCommand> = {}) {
  const from = { notBefore: bad.away(0), notAfter: bad.away(600), ...changes }
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

test('ES-22: whatever bytes come that the hub did not sign, nothing is done, and each is a line of the local audit', async () => {
  const { hub } = bad.rehearsal
  const envelope = hub.envelope(bad.execute())
  const edited = { ...envelope, body: envelope.body.replace('"timeoutSeconds":60', '"timeoutSeconds":61') }
  const borrowed = { ...hub.envelope(bad.execute(), new SigningKey()), keyId: hub.commandKey.keyId }
  const padded = { ...envelope, body: ' '.repeat(limits.messageBytesMax - 100) }
  const attacks: [string, RegExp][] = [
    ['not even JSON', /not a signed envelope/],
    [JSON.stringify(bad.execute()), /not a signed envelope/],
    [JSON.stringify(edited), /signature is wrong/],
    [JSON.stringify(hub.envelope(bad.execute(), new SigningKey())), /does not trust/],
    [JSON.stringify(borrowed), /signature is wrong/],
    [JSON.stringify(hub.envelope(bad.execute(), hub.publisherKey)), /does not trust/],
    [JSON.stringify(padded), /signature is wrong|too large/],
    [bad.signed(bad.execute({ serverXid: '2002' })), /for environment server 2002/],
    [bad.signed(narrow({ apps: [] }, { serverXid: '2002' })), /for environment server 2002/],
  ]
  for (const [payload, why] of attacks) await bad.expectAudited(payload, 'thrown-away', why)
})

test('ES-22: what the hub signed and may not ask for is refused and audited: late, early, too long, old, over-broad, foreign', async () => {
  const executionId = randomUUID()
  expect(await bad.run({ executionId, attempt: 3 })).toMatchObject({ outcome: 'exited' })
  const foreign = bad.rehearsal.hub.addPackage(await nodeApp('stranger_v1', 'process.exit(0)', new SigningKey()))
  const attacks: [SignedCommand, RegExp][] = [
    [bad.execute({ notBefore: bad.away(-600), notAfter: bad.away(-5) }), /came after its time/],
    [bad.execute({ notBefore: bad.away(400), notAfter: bad.away(800) }), /from the future/],
    [bad.execute({ notAfter: bad.away(25 * 3600) }), /more than 24 hours/],
    [bad.execute({ executionId, attempt: 2 }), /later attempt/],
    [bad.execute({ egress: ['aed.plant.example', 'elsewhere.example'] }), /does not list the host elsewhere.example/],
    [bad.execute({ egress: ['*.example'] }), /does not list the host \*\.example/],
    [bad.execute({}, foreign), /does not trust, and the publisher's key did not come with it/],
    [configure({ appsNumberofJobExecutors: 9 }), /does not let the hub set appsNumberofJobExecutors/],
    [configure({ apiURL: 'https://elsewhere.example' }), /only be set on the environment server itself/],
    [narrow({ allow: ['everything'] }), /knows no such narrowing/],
    [narrow({}), /narrows nothing/],
    [narrow({ directions: ['everything'] }), /knows no such narrowing/],
    [narrow({ apps: [] }, { notBefore: bad.away(-600), notAfter: bad.away(-5) }), /came after its time/],
  ]
  for (const [command, why] of attacks) await bad.expectAudited(bad.signed(command), 'refused', why)
  const replayed = bad.execute()
  await bad.rehearsal.hub.send(replayed)
  await bad.rehearsal.resultOf(replayed.executionId)
  // Results are delivered one after another: with the next one here, the server has heard that this one is.
  await bad.run()
  await bad.expectAudited(bad.signed(replayed), 'repeated', /done before/)
})

test('D36: the hub narrows at once and for good; only a person on the server takes that back', async () => {
  const narrowing = narrow({ apps: [bad.good.programName], targets: [], settings: [] })
  await bad.expectAudited(bad.signed(narrowing), 'narrowed', /"targets":\[\]/)
  await waitFor(
    () =>
      bad.rehearsal.hub.settingsReports
        .flatMap(({ answers }) => answers)
        .some((each) => each.commandId === narrowing.commandId && each.outcome === 'applied'),
    'the answer',
    () => bad.rehearsal.server.text,
  )
  // The hub is told what is in force, so that people see it there.
  const reported = () => bad.rehearsal.hub.settingsReports.at(-1)?.policy
  expect(reported()).toMatchObject({
    narrowedBy: [narrowing.commandId],
    lists: { targets: { names: ['*.plant.example'], count: 1 }, settings: { names: ['serverName'], count: 1 } },
  })
  const wider = { apps: [bad.good.programName, 'other_v1'], targets: ['*.plant.example'], settings: ['serverName'] }
  await bad.expectAudited(bad.signed(narrow(wider)), 'narrowed', /other_v1/)
  await bad.expectAudited(
    bad.signed(bad.execute({ egress: ['aed.plant.example'] })),
    'refused',
    /What the hub narrowed .* does not list/,
  )
  await bad.expectAudited(
    bad.signed(configure({ serverName: 'Other' })),
    'refused',
    /does not let the hub set serverName/,
  )
  expect(await bad.run()).toMatchObject({ outcome: 'exited' })

  const shown = JSON.parse((await bad.policy('show', '--json')).text) as { narrowings: { commandId: string }[] }
  expect(shown.narrowings[0]).toMatchObject({ commandId: narrowing.commandId, narrowing: { targets: [] } })
  expect((await bad.policy('show')).text).toContain(`From the hub, `)
  expect(await bad.policy('clear-hub')).toMatchObject({ code: 0, text: expect.stringContaining('2 narrowings') })
  await waitFor(() => reported()?.narrowedBy.length === 0, 'the hub to hear that it was taken back')
  // Its own command again changes nothing: it was done once.
  await bad.rehearsal.hub.send(narrowing)
  expect(await bad.run({ egress: ['aed.plant.example'] })).toMatchObject({ outcome: 'exited' })
})

test('S16: policy lock writes what is in use, at once in force, and never allows more than before', async () => {
  const other = await bad.rehearsal.app('process.exit(0)')
  const said = await bad.policy('lock')
  expect(said).toMatchObject({ code: 0, text: expect.stringContaining('It is in force.') })
  expect(JSON.parse(readFileSync(bad.policyFile, 'utf8'))).toEqual({
    settings: ['serverName'],
    targets: ['aed.plant.example'],
    apps: [bad.good.programName],
    versions: [bad.good.sha256],
    directions: ['tcex'],
  })
  await bad.expectAudited(
    bad.signed(bad.execute({}, other)),
    'refused',
    /does not allow the app \w+: its list "apps" does not name it/,
  )
  const upgraded = bad.rehearsal.hub.addPackage(
    await nodeApp(bad.good.programName, 'process.exit(9)', bad.rehearsal.hub.publisherKey),
  )
  await bad.expectAudited(bad.signed(bad.execute({}, upgraded)), 'refused', /does not allow this version/)
  await bad.expectAudited(
    bad.signed(bad.execute({ egress: ['other.plant.example'] })),
    'refused',
    /does not list the host/,
  )
  await bad.expectAudited(
    bad.signed(bad.execute({ app: { kind: 'export' } })),
    'refused',
    /does not allow apps of the kind export/,
  )
  expect(await bad.run({ egress: ['aed.plant.example'] })).toMatchObject({ outcome: 'exited' })
})

test('D36: a publisher that is not pinned is refused with its fingerprint, and trusted by a person on the server alone', async () => {
  writeFileSync(bad.policyFile, JSON.stringify({ directions: ['tcex', 'action'] }))
  expect((await runCommand(bad.rehearsal.server.home, ['reload'])).code).toBe(0)
  // The kind that a command says is the hub's word; where it matters, the package's own counts.
  expect(await bad.run({ app: { kind: 'action' } })).toMatchObject({
    outcome: 'refused',
    message: expect.stringContaining('is of the kind tcex, not action'),
  })
  const publisher = new SigningKey()
  const app = bad.rehearsal.hub.addPackage(await nodeApp('theirs_v1', 'process.exit(0)', publisher))
  const refused = await bad.rehearsal.run(app, honest({ app: { publisherKey: publisher.publicKey } }))
  expect(refused).toMatchObject({ outcome: 'refused', message: expect.stringContaining('policy trust') })
  const fingerprint = /policy trust ([0-9a-f]{64})/.exec(refused.message)?.[1] ?? ''
  expect(fingerprint.startsWith(publisher.keyId)).toBe(true)
  // Another's key under this signature is none that could be trusted by it.
  const borrowed = await bad.rehearsal.run(app, honest({ app: { publisherKey: new SigningKey().publicKey } }))
  expect(borrowed.message).toContain('did not come with it')
  expect(await bad.policy('trust', 'f'.repeat(64))).toMatchObject({
    code: 2,
    text: expect.stringContaining(fingerprint),
  })
  expect(await bad.policy('trust', fingerprint)).toMatchObject({
    code: 0,
    text: expect.stringContaining('It is in force.'),
  })
  expect(await bad.rehearsal.run(app, honest({}))).toMatchObject({ outcome: 'exited' })
  expect(bad.audited().map(({ event }) => event)).toContain('trusted')
})
