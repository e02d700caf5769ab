import { existsSync } from 'node:fs'
import { type CommandLine, homeOf, parseOptionsAndWords } from '../config.ts'
import { askServer } from '../control/ask-server.ts'
import type { HomeFolder } from '../home/home-folder.ts'
import { keyIdOf, readTrust } from '../home/trust.ts'
import { openJournalDatabase } from '../journal/journal-database.ts'
import { StartProblem } from '../log/start-problem.ts'
import { appendToAudit } from '../policy/local-audit.ts'
import { readLocalPolicy } from '../policy/local-policy.ts'
import { lockPolicy } from '../policy/lock-policy.ts'
import { PolicyJournal } from '../policy/policy-journal.ts'
import { policyLimits } from '../policy/policy-limits.ts'
import { commandKeysInForce, learnedKeys, missedKeys } from '../policy/command-keys.ts'
import { trustedKeys, trustKey } from '../policy/trusted-keys.ts'
import { fingerprintOf } from '../home/key-fingerprint.ts'
import { ownFolder } from './own-folder.ts'
import { wordsOfPolicy } from './policy-words.ts'

export const policyUsage = `postern-envsvr policy: what this server does, whatever a hub commands.

  policy show [--json]        the policy in force: the file, and what the hub narrowed since
  policy lock                 write the apps, versions, targets and directions of the last ${policyLimits.useDaysMax} days into the file
  policy trust FINGERPRINT    trust the publisher of a package that was refused, or a key of the hub that was missed
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
  const trust = readTrust(home)
  const inForceNow = commandKeysInForce(trust.trustedCommandKeys, learnedKeys(home), Date.now())
  const found = {
    file: home.policyFile,
    local: readLocalPolicy(home),
    narrowings: journal?.narrowings ?? [],
    trustedHere: [...trustedKeys(home, 'publishers'), ...trustedKeys(home, 'commandKeys')].map(
      (each) => each.fingerprint,
    ),
    publishers: [...trust.publisherKeys.values()].map(fingerprintOf),
    commandKeys: [...inForceNow.values()].map((key) => ({
      fingerprint: fingerprintOf(key),
      isPinned: trust.commandKeys.has(keyIdOf(key)),
    })),
    missedCommandKeys: missedCommandKeys(home),
    refusedPublishers: (journal?.offered ?? []).map(({ fingerprint, programName }) => ({ fingerprint, programName })),
  }
  process.stdout.write(asJson ? `${JSON.stringify(found, null, 2)}\n` : wordsOfPolicy(found))
  return 0
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
  const missed = missedKeys(home).find((each) => each.fingerprint === wanted)
  if (missed !== undefined) {
    trustKey(home, 'commandKeys', missed)
    appendToAudit(home, { event: 'trusted', why: `command key ${wanted}` })
    process.stdout.write(`Commands that are signed by the hub's key ${wanted} are taken here.\n`)
    return await inForce(home)
  }
  const offered = withJournal(home, (policies) => policies.offered()) ?? []
  const chosen = offered.find((each) => each.fingerprint === wanted)
  if (chosen === undefined) {
    throw new StartProblem(
      `No package of a publisher with the fingerprint ${fingerprint} was refused here, and no such key of the hub was missed. Those that were: ${offered.map((each) => `${each.fingerprint} (${each.programName})`).join(', ') || 'none'}`,
    )
  }
  trustKey(home, 'publishers', chosen)
  appendToAudit(home, { event: 'trusted', why: `publisher ${chosen.fingerprint}` })
  process.stdout.write(`Packages of the publisher ${chosen.fingerprint} may run here.\n`)
  return await inForce(home)
}

async function clearHub(home: HomeFolder): Promise<number> {
  const count = withJournal(home, (policies) => policies.clearNarrowings()) ?? 0
  appendToAudit(home, { event: 'cleared', why: `${count} narrowings of the hub` })
  process.stdout.write(`${count} narrowings of the hub are taken back.\n`)
  // The running server tells the hub.
  return await inForce(home)
}

/** Those that nobody here has trusted since. */
function missedCommandKeys(home: HomeFolder): string[] {
  const trusted = new Set(trustedKeys(home, 'commandKeys').map(({ fingerprint }) => fingerprint))
  return missedKeys(home).flatMap(({ fingerprint }) => (trusted.has(fingerprint) ? [] : [fingerprint]))
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
