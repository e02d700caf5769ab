import { waitFor } from '@postern/dev/environment-server'
import { nodeApp, signedPackage, SigningKey } from '@postern/dev/fake-hub'
import type { RotatedPurpose } from '@postern/protocol'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { homeFolder } from '../home/home-folder.ts'
import { readServerFile, serverFileProblem } from '../upgrade/server-file.ts'
import { keysInForceAt } from './keys-in-force.ts'
import { BadHub } from './testing/bad-hub.ts'

// One server, whose hub is in bad hands; each test goes on where the one before ended.
let bad: BadHub

beforeAll(async () => {
  bad = await BadHub.start()
  // The first reload after an enrolment starts all parts anew, and what a hub sends meanwhile is lost; here it is sent once.
  await bad.rehearsal.server.stop()
  await bad.rehearsal.server.startConnected()
})
afterAll(() => bad[Symbol.asyncDispose]())

/** What a key says of the one that follows it. */
const succession = (by: SigningKey, next: SigningKey, seconds: number, purpose: RotatedPurpose = 'command') =>
  by.succession(purpose, next, bad.away(seconds))

async function runsBy(key: SigningKey): Promise<void> {
  expect(await bad.resultBy(key)).toMatchObject({ outcome: 'exited' })
}

test('ES-22: a command key that the one before has signed is trusted, in time; one that was missed by a person alone (D7)', async () => {
  const { hub, server } = bad.rehearsal
  const [second, third, stranger] = [new SigningKey(), new SigningKey(), new SigningKey()]
  // Nobody whose word counts has said it, and signed by nobody at all.
  const forged = { ...succession(hub.commandKey, stranger, 600), signature: stranger.sign(Buffer.from('anything')) }
  hub.successions.push(succession(stranger, stranger, 600), forged)
  hub.successions.push(succession(hub.commandKey, second, 3600))
  expect((await bad.reload()).code).toBe(0)
  await bad.trusts('command', hub.commandKey, second)
  await runsBy(second)
  await runsBy(hub.commandKey)
  const foreign = JSON.stringify(hub.envelope(bad.execute(), stranger))
  await bad.expectAudited(foreign, 'thrown-away', /which this server does not trust/)

  // It slept while the second ended: that one counts no more, and the third is not believed.
  hub.successions.push(succession(second, third, -1))
  await bad.reload()
  await waitFor(() => bad.audited().at(-1)?.event === 'key-missed', 'the key that was missed')
  expect(server.text).toContain('which this server missed')
  await bad.expectAudited(JSON.stringify(hub.envelope(bad.execute(), third)), 'thrown-away', /policy show/)
  await server.stop()
  await server.startConnected()
  await bad.trusts('command', hub.commandKey)
  const { fingerprint } = third
  expect((await bad.policy('show')).text).toContain(fingerprint)
  expect(await bad.policy('trust', fingerprint)).toMatchObject({ code: 0, text: expect.stringContaining('in force') })
  await bad.trusts('command', hub.commandKey, third)
  await runsBy(third)
  expect(bad.audited().map(({ event }) => event)).toEqual(expect.arrayContaining(['key-learned', 'key-missed']))
  // The word of a key that is known, and that it did not give: nobody is asked to trust that.
  await bad.hears('refused', /which did not sign that/)
})

const fourth = new SigningKey()
const nextPublisher = new SigningKey()
const nextRelease = new SigningKey()
const stranger = new SigningKey()

test('ES-22: a publisher key and a release key that the one before has signed are trusted; a file that names publishers asks a person (D7)', async () => {
  const { hub, server } = bad.rehearsal
  writeFileSync(bad.policyFile, JSON.stringify({ publishers: [hub.publisherKey.keyId] }))
  await bad.reload()
  hub.successions.push(succession(hub.publisherKey, nextPublisher, 3600, 'publisher'))
  hub.successions.push(succession(hub.releaseKey, nextRelease, 3600, 'release'))
  // Nobody asks it to: the next answer to a heartbeat says that there is something new.
  await bad.trusts('release', hub.releaseKey, nextRelease)
  expect(hub.settingsReports.at(-1)?.publisherKeys).toContain(nextPublisher.keyId)
  // A key for commands is none for packages, nor the other way round.
  expect(hub.settingsReports.at(-1)?.commandKeys).not.toContain(nextPublisher.keyId)
  await bad.expectAudited(JSON.stringify(hub.envelope(bad.execute(), nextPublisher)), 'thrown-away', /does not trust/)

  const followed = hub.addPackage(await nodeApp('followed_v1', 'process.exit(0)', nextPublisher))
  expect((await bad.run({}, followed)).message).toContain('does not allow packages of publisher')
  expect(await bad.policy('trust', nextPublisher.fingerprint)).toMatchObject({ code: 0 })
  expect(await bad.run({}, followed)).toMatchObject({ outcome: 'exited' })
  // What the key before signed runs on.
  expect(await bad.run()).toMatchObject({ outcome: 'exited' })
  const file = join(server.home, 'new-server-file')
  writeFileSync(file, 'the next release')
  const problem = () => serverFileProblem(readServerFile(file), keysInForceAt(homeFolder(server.home), 'release'))
  hub.signServerFile(file, nextRelease)
  expect(problem()).toBeUndefined()
  hub.signServerFile(file, stranger)
  expect(problem()).toContain('does not trust')
})

test('ES-22: a revoked key counts for nothing at once, of whatever it signed and of whomever it names; only it can say so itself (D7)', async () => {
  const { hub } = bad.rehearsal
  // By a foreign key, and by one that is trusted and is not it.
  hub.revocations.push(stranger.revocation(bad.away(0), [stranger], hub.commandKey))
  hub.revocations.push(hub.releaseKey.revocation(bad.away(0), [], hub.publisherKey))
  await bad.reload()
  await bad.hears('refused', /was revoked, which that key did not sign/)
  await runsBy(hub.commandKey)

  // Whoever has the key has named a key of theirs before; the hub names its own and ends it.
  hub.successions.push(succession(hub.publisherKey, stranger, 3600, 'publisher'))
  await bad.reload()
  await bad.hears('key-learned', new RegExp(stranger.fingerprint))
  const theirs = hub.addPackage(await nodeApp('theirs_v2', 'process.exit(0)', stranger))
  await bad.policy('trust', stranger.fingerprint)
  expect(await bad.run({}, theirs)).toMatchObject({ outcome: 'exited' })
  hub.revocations.splice(0, 2, hub.publisherKey.revocation(bad.away(0), [nextPublisher]))
  hub.revocations.push(hub.commandKey.revocation(bad.away(0), [fourth]))
  hub.successions.push(succession(hub.commandKey, fourth, 3600))
  await bad.reload()
  await bad.hears('key-revoked', /publisher key/)
  await bad.hears('key-revoked', /command key/)
  await bad.expectAudited(bad.signed(bad.execute()), 'thrown-away', /does not trust/)
  const refused = await bad.resultBy(fourth)
  expect(refused).toMatchObject({ outcome: 'refused', message: expect.stringContaining('whose key was revoked') })
  expect((await bad.resultBy(fourth, {}, theirs)).message).toContain('does not trust')
  expect((await bad.policy('trust', hub.publisherKey.fingerprint)).text).toContain('was revoked')
})

test('ES-22: what lies unpacked here runs again once a key that counts has signed those bytes, and not before (D7)', async () => {
  const { hub } = bad.rehearsal
  const downloads = () => hub.packageDownloads.filter((sha256) => sha256 === bad.good.sha256).length
  const before = downloads()
  const borrowed = { keyId: nextPublisher.keyId, signature: bad.good.signature.signature }
  expect((await bad.resultBy(fourth, { app: { packageSignature: borrowed } })).message).toContain('signature is wrong')
  const anew = signedPackage(bad.good.programName, bad.good.bytes, nextPublisher)
  for (const _ of [1, 2]) expect(await bad.resultBy(fourth, {}, anew)).toMatchObject({ outcome: 'exited' })
  expect(downloads()).toBe(before + 2)
})

test('ES-22: a server that heard of a revocation too late learns nothing from that key; an old announcement stays refused (D7)', async () => {
  const { hub } = bad.rehearsal
  const lastRelease = new SigningKey()
  hub.successions.push(succession(nextRelease, lastRelease, 3600, 'release'))
  hub.revocations.push(nextRelease.revocation(bad.away(-25 * 3600), [lastRelease]))
  await bad.reload()
  await bad.hears('key-missed', new RegExp(`release key ${lastRelease.fingerprint}`))
  await bad.trusts('release', hub.releaseKey)
  hub.successions.push(succession(nextRelease, stranger, 3600, 'release'))
  await bad.reload()
  await bad.hears('refused', /was revoked and did not name it then/)
  expect((await bad.policy('show')).text).toContain(`${lastRelease.fingerprint} (release)`)
  expect((await bad.policy('trust', lastRelease.fingerprint)).code).toBe(0)
  await bad.trusts('release', hub.releaseKey, lastRelease)
})
