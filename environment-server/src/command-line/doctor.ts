import { type CommandLine, homeOf, parseOptions, passwordSources } from '../config.ts'
import { askServer } from '../control/ask-server.ts'
import type { Step } from '../doctor/finding.ts'
import { type Credentials, walkNetwork } from '../doctor/walk-network.ts'
import type { HomeFolder } from '../home/home-folder.ts'
import { readSettings, type Settings } from '../home/settings.ts'
import { readTrust } from '../home/trust.ts'
import { hubRoutes } from '../hub-link/hub-routes.ts'
import { OwnCertificate } from '../hub-link/own-certificate.ts'
import { Keychain } from '../keychain/keychain.ts'
import { hasPasswordSource, openKeychainWith, type PasswordSources } from '../keychain/master-password.ts'
import { StartProblem } from '../log/start-problem.ts'
import { findings } from '../requirements/check.ts'
import { ownFolderWithSettings } from './own-folder.ts'

const doctorUsage = `postern-envsvr doctor: walks the way that this server takes to its hub, stops at the first cause, and says whom to ask.

  --json                for machines
  --network             the way to the hub alone: neither the machine, nor whether the hub knows this server
  --timeout SECONDS     how long each step may wait for an answer (10)

  --home DIR, --password-file FILE, --password-fd N, --help
  The password is needed for a proxy that wants one, and to ask whether the hub still knows this server.

Exit code 0: nothing was found; 1: something was; 2: it could not look.
`

const options = {
  json: { type: 'boolean', default: false },
  network: { type: 'boolean', default: false },
  timeout: { type: 'string', default: '10' },
} as const

const words: Record<Step['state'], string> = {
  good: 'good   ',
  advice: 'advice ',
  cause: 'CAUSE  ',
  'not reached': '–      ',
}

/** Finds what keeps this server from its hub, and what its machine lacks (D35). */
export async function doctor(line: CommandLine): Promise<number> {
  const values = parseOptions(line, options)
  if (values.help) return say(doctorUsage, 0)
  const patienceMs = secondsOf(values.timeout) * 1000
  const home = ownFolderWithSettings(homeOf(line, values))
  const settings = readSettings(home)
  const running = (await askServer(home, { ask: 'status' }))?.status
  const keychain = await openIfPossible(home, settings, passwordSources(line, values))
  const steps = [
    ...(await walkNetwork({
      routes: hubRoutes(settings, keychain?.content.proxyPassword),
      caCertificate: readTrust(home).caCertificate,
      serverXid: settings.serverXid,
      credentials: credentialsIn(keychain),
      isWayOnly: values.network,
      running: running?.state === 'ready' || running?.state === 'draining' ? running : undefined,
      patienceMs,
    })),
    ...(values.network ? [] : await machineSteps(home, line.environment['JAVA_HOME'])),
  ]
  const cause = steps.find(({ state }) => state === 'cause')
  const text = values.json
    ? `${JSON.stringify({ finding: cause?.code ?? null, steps }, null, 2)}\n`
    : steps.map(linesOf).join('')
  return say(text, cause === undefined ? 0 : 1)
}

function secondsOf(text: string): number {
  if (/^[1-9][0-9]{0,2}$/.test(text)) return Number(text)
  throw new StartProblem(`--timeout takes seconds from 1 to 999, not "${text}".`)
}

/** A terminal is asked only where there is no way on without the password. */
async function openIfPossible(home: HomeFolder, settings: Settings, sources: PasswordSources) {
  if (!Keychain.exists(home.keychainFile)) return undefined
  const { terminal, ...unattended } = sources
  if (hasPasswordSource(unattended)) return await openKeychainWith(unattended, home.keychainFile)
  const { proxyHost, proxyUsername } = settings
  if (proxyHost === undefined || proxyUsername === undefined) return undefined
  if (terminal !== undefined) return await openKeychainWith(sources, home.keychainFile)
  throw new StartProblem(
    "The proxy's password is in the keychain. Give the keychain's own with --password-file FILE or --password-fd N.",
  )
}

/** Nothing before it has enrolled. */
function credentialsIn(keychain: Keychain | undefined): Credentials | undefined {
  const { tlsPrivateKey, brokerToken } = keychain?.content ?? {}
  const certificate = keychain && new OwnCertificate(keychain).shown
  return certificate && tlsPrivateKey && brokerToken ? { certificate, tlsPrivateKey, brokerToken } : undefined
}

/** The same requirements as `configure.sh --check` (ES-28). */
async function machineSteps(home: HomeFolder, javaHome: string | undefined): Promise<Step[]> {
  const found = await findings(home, javaHome)
  return found.map(({ name, state, sentence }) => ({
    name,
    sentence,
    ...(state === 'good'
      ? { state }
      : { state: state === 'missing' ? ('cause' as const) : ('advice' as const), code: 'machine' as const }),
  }))
}

function linesOf({ name, state, sentence, code, request }: Step): string {
  const finding = code === undefined ? '' : ` [${code}]`
  return `${words[state]} ${name}: ${sentence}${finding}\n${request === undefined ? '' : `\n        For the network team: ${request}\n\n`}`
}

function say(text: string, code: number): number {
  process.stdout.write(text)
  return code
}
