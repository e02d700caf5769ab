import { clientCertificate } from '@postern/protocol'
import { type CommandLine, homeOf, parseOptions } from '../config.ts'
import { askServer } from '../control/ask-server.ts'
import type { ServerStatus } from '../control/control-message.ts'
import { inspectedWords } from '../hub-link/allowed-inspection.ts'
import type { ConnectionProblemCode } from '../hub-link/connection-problem.ts'
import { drainedWords, wordsForConfirming } from '../hub-link/placement-here.ts'
import { ownFolder } from './own-folder.ts'

/** As init scripts count (LSB 20.2): 3 is "not running", 150 to 199 are the service's own. */
const exitNotRunning = 3
const exitLocked = 150
const exitNotConfirmed = 151
const exitRevoked = 152

export async function status(line: CommandLine): Promise<number> {
  const options = parseOptions(line, { json: { type: 'boolean', default: false } })
  const answer = await askServer(ownFolder(homeOf(line, options)), { ask: 'status' })
  const found = answer?.status
  if (options.json === true) process.stdout.write(`${JSON.stringify(found ?? { state: 'stopped' }, null, 2)}\n`)
  else process.stdout.write(`${wordsOf(found)}\n`)
  if (found === undefined) return exitNotRunning
  if (found.state === 'locked') return exitLocked
  if (isRevoked(found)) return exitRevoked
  return found.confirmed === false ? exitNotConfirmed : 0
}

function wordsOf(found: ServerStatus | undefined): string {
  if (found === undefined) return 'No environment server is running on this folder.'
  const { state, pid, serverXid, serverName, version } = found
  return [
    `Environment server ${serverXid} "${serverName}", version ${version}, process ${pid}: ${stateWords(found)}`,
    ...(state === 'locked' || state === 'starting'
      ? []
      : [
          connectionWords(found),
          ...(found.inspectedTls === undefined ? [] : [`WARNING: ${inspectedWords(found.inspectedTls)}`]),
          ...keyWords(found),
          ...placementWords(found),
          ...(isRevoked(found) ? [] : certificateWords(found)),
          workWords(found),
        ]),
  ].join('\n')
}

/** As the hub said, to who proved its key: what runs to its end here has nobody to tell. */
function isRevoked({ connected, problemCode }: ServerStatus): boolean {
  return !connected && problemCode === ('revoked' satisfies ConnectionProblemCode)
}

function stateWords(found: ServerStatus): string {
  const { state, hasKeychain, confirmed, connected } = found
  if (state === 'locked') {
    return hasKeychain
      ? 'locked. It waits for the master password of its keychain: ./postern-envsvr unlock'
      : 'locked. It waits for its first master password: ./postern-envsvr unlock'
  }
  if (state === 'starting') return 'starting.'
  if (isRevoked(found)) return 'REVOKED: its identity was taken away at the hub, and nothing runs here.'
  if (state === 'draining') return 'draining: it takes nothing new.'
  if (confirmed === false) return 'NOT CONFIRMED: nothing runs here.'
  return connected ? 'ready.' : 'running, and not connected.'
}

function connectionWords({ connected, broker, problem }: ServerStatus): string {
  if (connected) return `Connected to ${broker}`
  return problem === '' ? `Connecting to ${broker}.` : problem
}

function keyWords({ keyFingerprint }: ServerStatus): string[] {
  return keyFingerprint === undefined ? [] : [`The fingerprint of its key is ${keyFingerprint}`]
}

function placementWords({ serverXid, keyFingerprint = '', confirmed, drained }: ServerStatus): string[] {
  return [
    ...(confirmed === false ? [wordsForConfirming(serverXid, keyFingerprint)] : []),
    ...(drained === true ? [drainedWords] : []),
  ]
}

function certificateWords({ certificateEndsAt }: ServerStatus): string[] {
  if (certificateEndsAt === undefined) return []
  const days = (Date.parse(certificateEndsAt) - Date.now()) / 86_400_000
  const day = certificateEndsAt.slice(0, 10)
  if (days <= 0)
    return [`WARNING: its certificate ended on ${day}. It asks the hub for a new one; a person then confirms it.`]
  if (days <= clientCertificate.warningDays)
    return [`WARNING: its certificate ends on ${day} and was not renewed; its log says why.`]
  return [`Its certificate is good until ${day}.`]
}

function workWords({ tier, executors, running, queued, undelivered }: ServerStatus): string {
  const waiting = undelivered === 0 ? '' : `; ${undelivered} results wait for the hub`
  return `Sandbox tier ${tier ?? 'unknown'}; ${running} of ${executors} executors busy, ${queued} executions queued${waiting}.`
}
