import { existsSync } from 'node:fs'
import { type CommandLine, homeOf, parseOptionsAndWords } from '../config.ts'
import { askServer } from '../control/ask-server.ts'
import type { HomeFolder } from '../home/home-folder.ts'
import { readTrust } from '../home/trust.ts'
import { openJournalDatabase } from '../journal/journal-database.ts'
import { StartProblem } from '../log/start-problem.ts'
import { appendToAudit } from '../policy/local-audit.ts'
import { readLocalPolicy } from '../policy/local-policy.ts'
import { lockPolicy } from '../policy/lock-policy.ts'
import { PolicyJournal } from '../policy/policy-journal.ts'
import { policyLimits } from '../policy/policy-limits.ts'
import { fingerprintOf, trustedPublishers, trustPublisher } from '../policy/trusted-publishers.ts'
import { ownFolder } from './own-folder.ts'
import { wordsOfPolicy } from './policy-words.ts'

export const policyUsage = `postern-envsvr policy: what this server does, whatever a hub commands.

  policy show [--json]        the policy in force: the file, and what the hub narrowed since
  policy lock                 write the apps, versions, targets and directions of the last ${policyLimits.useDaysMax} days into the file
  policy trust FINGERPRINT    trust the publisher of a package that was refused
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
  if (act === 'clear-hub') return clearHub(home)
  throw new StartProblem(`There is no policy command "${act}".\n${policyUsage}`)
}

function show(home: HomeFolder, asJson: boolean): number {
  const journal = withJournal(home, (policies) => ({ narrowings: policies.narrowings(), offered: policies.offered() }))
  const found = {
    file: home.policyFile,
    local: readLocalPolicy(home),
    narrowings: journal?.narrowings ?? [],
    trustedHere: trustedPublishers(home).map((each) => each.fingerprint),
    publishers: [...readTrust(home).publisherKeys.values()].map(fingerprintOf),
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
  const offered = withJournal(home, (policies) => policies.offered()) ?? []
  const chosen = offered.find((each) => each.fingerprint === fingerprint.toLowerCase())
  if (chosen === undefined) {
    throw new StartProblem(
      `No package of a publisher with the fingerprint ${fingerprint} was refused here. Those that were: ${offered.map((each) => `${each.fingerprint} (${each.programName})`).join(', ') || 'none'}`,
    )
  }
  trustPublisher(home, chosen)
  appendToAudit(home, { event: 'trusted', why: `publisher ${chosen.fingerprint}` })
  process.stdout.write(`Packages of the publisher ${chosen.fingerprint} may run here.\n`)
  return await inForce(home)
}

/** The server reads the narrowings each time that it judges a command. */
function clearHub(home: HomeFolder): number {
  const count = withJournal(home, (policies) => policies.clearNarrowings()) ?? 0
  appendToAudit(home, { event: 'cleared', why: `${count} narrowings of the hub` })
  process.stdout.write(`${count} narrowings of the hub are taken back.\n`)
  return 0
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
