import type { RotatedPurpose } from '@postern/protocol'
import { existsSync } from 'node:fs'
import { type CommandLine, homeOf, parseOptionsAndWords } from '../config.ts'
import { askServer } from '../control/ask-server.ts'
import type { HomeFolder } from '../home/home-folder.ts'
import { keyIdOf, readTrust } from '../home/trust.ts'
import { openJournalDatabase } from '../journal/journal-database.ts'
import { StartProblem } from '../log/start-problem.ts'
import { appendToAudit } from '../policy/local-audit.ts'
import { allowPublisher, readLocalPolicy } from '../policy/local-policy.ts'
import { lockPolicy } from '../policy/lock-policy.ts'
import { PolicyJournal } from '../policy/policy-journal.ts'
import { policyLimits } from '../policy/policy-limits.ts'
import { heardKeys } from '../policy/heard-keys.ts'
import { isRevoked, keysInForceAt, type MissedKey, missedKeys } from '../policy/keys-in-force.ts'
import { trustedKeys, trustKey } from '../policy/trusted-keys.ts'
import { fingerprintOf } from '../home/key-fingerprint.ts'
import { ownFolder } from './own-folder.ts'
import { type ShownKey, wordsOfPolicy } from './policy-words.ts'

export const policyUsage = `postern-envsvr policy: what this server does, whatever a hub commands.

  policy show [--json]        the policy in force: the file, and what the hub narrowed since
  policy lock                 write the apps, versions, targets and directions of the last ${policyLimits.useDaysMax} days into the file
  policy trust FINGERPRINT    trust the publisher of a package that was refused, a key of the hub that was
                              missed, or a followed publisher that the file does not name yet
  policy clear-hub            take back everything that the hub narrowed
`

const dayMs = 24 * 60 * 60 * 1000

/** The words of people on the server (D36), in force at once if it runs. */
export async function policy(line: CommandLine): Promise<number> {
  const { values, words } = parseOptionsAndWords(line, { json: { type: 'boolean', default: false } })
  const [act, fingerprint, ...rest] = words
  const wordsWanted = act === 'trust' ? 2 : 1
  if (values.help === true || words.length !== wordsWanted || rest.length > 0) {
    process[values.help === true ? 'stdout' : 'stderr'].write(policyUsage)
    return values.help === true ? 0 : 2
  }
  const home = ownFolder(homeOf(line, values))
  if (act === 'show') return show(home, values.json === true)
  if (act === 'lock') return await lock(home)
  if (act === 'trust') return await trust(home, fingerprint ?? '')
  if (act === 'clear-hub') return await clearHub(home)
  throw new StartProblem(`There is no policy command "${act}".\n${policyUsage}`)
}

function show(home: HomeFolder, asJson: boolean): number {
  const journal = withJournal(home, (policies) => ({ narrowings: policies.narrowings(), offered: policies.offered() }))
  const found = {
    file: home.policyFile,
    local: readLocalPolicy(home),
    narrowings: journal?.narrowings ?? [],
    keys: {
      publisher: shownKeys(home, 'publisher'),
      command: shownKeys(home, 'command'),
      release: shownKeys(home, 'release'),
    },
    missedKeys: missedKeys(home).map(({ purpose, fingerprint }) => ({ purpose, fingerprint })),
    revokedKeys: heardKeys(home).revoked.map(({ keyId, revokedAt }) => ({ keyId, revokedAt })),
    refusedPublishers: (journal?.offered ?? []).map(({ fingerprint, programName }) => ({ fingerprint, programName })),
  }
  process.stdout.write(asJson ? `${JSON.stringify(found, null, 2)}\n` : wordsOfPolicy(found))
  return 0
}

function shownKeys(home: HomeFolder, purpose: RotatedPurpose): ShownKey[] {
  const pinned = readTrust(home).pinned[purpose]
  const byHand = new Set(trustedKeys(home, purpose).map(({ fingerprint }) => fingerprint))
  return [...keysInForceAt(home, purpose).values()].map((key) => {
    const fingerprint = fingerprintOf(key)
    const byPerson = byHand.has(fingerprint) ? 'policy trust' : 'signed by the one before'
    return { fingerprint, origin: pinned.has(keyIdOf(key)) ? 'bundle' : byPerson }
  })
}

async function lock(home: HomeFolder): Promise<number> {
  const since = Date.now() - policyLimits.useDaysMax * dayMs
  const used = withJournal(home, (policies) => policies.uses(since))
  const locked = lockPolicy(home, used ?? { apps: [], versions: [], targets: [], directions: [] })
  appendToAudit(home, { event: 'locked', why: JSON.stringify(locked) })
  process.stdout.write(`${home.policyFile} now allows only this:\n${JSON.stringify(locked, null, 2)}\n`)
  return await inForce(home)
}

async function trust(home: HomeFolder, fingerprint: string): Promise<number> {
  const wanted = fingerprint.toLowerCase()
  const keyId = wanted.slice(0, 16)
  if (isRevoked(heardKeys(home), keyId))
    throw new StartProblem(`The key ${fingerprint} was revoked, by its own word: others may have it.`)
  const missed = missedKeys(home)
  const offered = withJournal(home, (policies) => policies.offered()) ?? []
  const known = [...missed, ...offered.map((each) => ({ ...each, purpose: 'publisher' as const }))]
  const chosen = known.find((each) => each.fingerprint === wanted)
  // One that the hub's key before has named in time, and that the file keeps out.
  const publishers = [...keysInForceAt(home, 'publisher').values()].map(fingerprintOf)
  const isFollower = publishers.includes(wanted) && !isAllowed(home, keyId)
  if (chosen === undefined && !isFollower) throw new StartProblem(nothingToTrust(fingerprint, missed, offered))
  const purpose = chosen?.purpose ?? 'publisher'
  if (chosen !== undefined) trustKey(home, purpose, chosen)
  if (purpose === 'publisher') allowPublisher(home, keyId)
  appendToAudit(home, { event: 'trusted', why: `${purpose} key ${wanted}` })
  process.stdout.write(`${taken[purpose]} ${wanted}.\n`)
  return await inForce(home)
}

const taken = {
  command: "Commands are taken here that are signed by the hub's key",
  publisher: 'Packages may run here that are signed by the publisher',
  release: "Server files are taken here that are signed by the hub's key",
}

function isAllowed(home: HomeFolder, keyId: string): boolean {
  return readLocalPolicy(home).publishers?.includes(keyId) ?? true
}

function nothingToTrust(
  fingerprint: string,
  missed: readonly MissedKey[],
  offered: readonly { fingerprint: string; programName: string }[],
): string {
  const known = [
    ...missed.map((each) => `${each.fingerprint} (${each.purpose} key)`),
    ...offered.map((each) => `${each.fingerprint} (${each.programName})`),
  ]
  return `No package of a publisher with the fingerprint ${fingerprint} was refused here, and no such key of the hub was missed. Those that were: ${known.join(', ') || 'none'}`
}

async function clearHub(home: HomeFolder): Promise<number> {
  const count = withJournal(home, (policies) => policies.clearNarrowings()) ?? 0
  appendToAudit(home, { event: 'cleared', why: `${count} narrowings of the hub` })
  process.stdout.write(`${count} narrowings of the hub are taken back.\n`)
  // The running server tells the hub.
  return await inForce(home)
}

async function inForce(home: HomeFolder): Promise<number> {
  const running = await askServer(home, { ask: 'reload' })
  process.stdout.write(running === undefined ? 'It is in force from the next start.\n' : 'It is in force.\n')
  return 0
}

/** Nothing where no server has run yet. */
function withJournal<Found>(home: HomeFolder, read: (policies: PolicyJournal) => Found): Found | undefined {
  if (!existsSync(home.journalFile)) return undefined
  const database = openJournalDatabase(home.journalFile)
  try {
    return read(new PolicyJournal(database))
  } finally {
    database.close()
  }
}
