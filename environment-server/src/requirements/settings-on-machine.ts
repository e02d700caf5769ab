import { readCaFolder } from '@postern/intel/certificates'
import * as files from 'node:fs'
import { judgeExecutors } from '../executor/executor-count.ts'
import { halfProxyOf } from '../hub-link/hub-routes.ts'
import type { Interpreter } from '../runtimes/interpreter.ts'
import { faultOf, findRuntimes, type RuntimeSettings } from '../runtimes/runtimes.ts'
import { asUser } from '../sandbox/app-user.ts'
import { findAppUsers } from '../sandbox/find-app-users.ts'
import type { SettingValue } from '../settings/setting.ts'
import type { SettingValues } from '../settings/settings-table.ts'
import type { Finding } from './check.ts'
import type { Judgement } from './judgement.ts'

export type Place = {
  /** The folder of the environment server. */
  hidden: string
  /** `JAVA_HOME`, where appsJavaHome is empty. */
  javaHome?: string | undefined
}

type Settings = Partial<SettingValues>

/** `mayFollow`: another setting mends it, so that this one is taken meanwhile. */
type OfSetting = Judgement & { mayFollow?: true }

/** What a machine may not suit, by its name in --check, with the settings that it is about. */
const subjects: readonly {
  name: string
  settings: readonly (keyof SettingValues)[]
  judge: (settings: Settings, place: Place) => OfSetting | Promise<OfSetting>
}[] = [
  {
    name: 'executors',
    settings: ['appsNumberofJobExecutors'],
    judge: ({ appsNumberofJobExecutors }) => judgeExecutors(appsNumberofJobExecutors),
  },
  { name: 'sandbox user', settings: ['appsSandboxUser'], judge: judgeSandboxUser },
  {
    name: 'Python 3.11',
    settings: ['appsPythonHome311'],
    judge: ({ appsSandboxUser, appsPythonHome311 }, place) =>
      judgeInterpreter({ appsPythonHome311 }, 'appsPythonHome311', appsSandboxUser, place),
  },
  {
    name: 'Python',
    settings: ['appsPythonHome'],
    judge: ({ appsSandboxUser, appsPythonHome }, place) =>
      judgeInterpreter({ appsPythonHome }, 'appsPythonHome', appsSandboxUser, place),
  },
  {
    name: 'Java',
    settings: ['appsJavaHome'],
    judge: ({ appsSandboxUser, appsJavaHome }, place) =>
      judgeInterpreter({ appsJavaHome }, 'appsJavaHome', appsSandboxUser, place),
  },
  { name: 'own CAs', settings: ['caFolder', 'allowInspectedTls'], judge: judgeCaFolder },
  { name: 'proxy', settings: ['proxyHost', 'proxyPort', 'proxyTC', 'proxyExternal'], judge: judgeProxy },
]

/** How this machine suits the settings, for --check and the doctor (ES-28). */
export async function settingFindings(settings: Settings, place: Place): Promise<Finding[]> {
  const node = `${process.versions.node}, the server's own (${process.execPath}).`
  const judged = await Promise.all(
    subjects.map(async ({ name, judge }) => {
      const { state, sentence } = await judge(settings, place)
      return { name, state, sentence }
    }),
  )
  return [{ name: 'Node', state: 'good', sentence: node }, ...judged]
}

/**
 * The same judgement of settings that are about to be written (ES-12): a value that --check would call missing is a problem, and refused,
 * unless another setting may follow that mends it; what else is not good is a warning.
 * @param changes null where a setting is emptied, which is never refused
 * @param settings with the changes
 */
export async function judgeOnMachine(
  changes: ReadonlyMap<string, SettingValue | null>,
  settings: Settings,
  place: Place,
): Promise<{ problems: string[]; warnings: string[] }> {
  const problems: string[] = []
  const warnings: string[] = []
  for (const subject of subjects) {
    const changed = subject.settings.filter((name) => changes.has(name))
    if (changed.length === 0) continue
    const { state, sentence, mayFollow } = await subject.judge(settings, place)
    const hasValue = changed.some((name) => changes.get(name) !== null)
    if (state === 'missing' && hasValue && mayFollow !== true) problems.push(sentence)
    else if (state !== 'good') warnings.push(sentence)
  }
  return { problems, warnings }
}

function judgeSandboxUser({ appsSandboxUser: name = '' }: Settings): OfSetting {
  const { users, problem } = findAppUsers(name)
  if (problem) return problem
  const [first] = users
  if (first) return { state: 'good', sentence: `apps run as ${users.map((user) => user.name).join(', ')}.` }
  return {
    state: 'advice',
    sentence: `there is no user ${name} yet; until setup-sandbox.sh makes it apps run as the server's own user, apart from each other by namespaces only.`,
  }
}

/** As the user that apps will run as, as far as that user is there (D38, D39). */
async function judgeInterpreter(
  settings: RuntimeSettings,
  name: keyof RuntimeSettings,
  sandboxUser: string | undefined,
  { hidden, javaHome }: Place,
): Promise<OfSetting> {
  const [user] = sandboxUser === undefined ? [] : findAppUsers(sandboxUser).users
  const isJava = name === 'appsJavaHome'
  const runtimes = await findRuntimes(settings, isJava ? javaHome : undefined, { as: user ? asUser(user) : [], hidden })
  const found = Object.values(runtimes).find((each) => each !== undefined)
  if (found === undefined) return { state: 'advice', sentence: `${name} is empty: apps that need it are refused.` }
  const fault = faultOf(found)
  if (fault !== undefined) return { state: 'missing', sentence: fault }
  // What cannot be run has a fault.
  const { version, program, setting } = found as Interpreter
  return { state: 'good', sentence: `${version} (${program}, ${setting}).` }
}

function judgeCaFolder({ caFolder, allowInspectedTls }: Settings): OfSetting {
  if (caFolder === undefined && allowInspectedTls === true)
    return {
      state: 'advice',
      sentence: 'allowInspectedTls is true and caFolder is empty: whoever opens TLS is refused until its CA is there.',
    }
  if (caFolder === undefined) return { state: 'good', sentence: 'caFolder is empty: the public roots are trusted.' }
  const { certificates, problems } = readCaFolder(caFolder, files)
  const faults = [...problems.slice(0, faultsShownMax), ...(problems.length > faultsShownMax ? ['And so on.'] : [])]
  if (certificates.length > 0)
    return {
      state: problems.length > 0 ? 'advice' : 'good',
      sentence: [`${certificates.length} certificates of ${caFolder} are trusted.`, ...faults].join(' '),
    }
  const cure = 'caFolder takes a folder that holds the certificates of your own CAs as PEM files.'
  return { state: 'missing', sentence: [...faults, cure].join(' ') }
}

/** Sentences about files of one folder. */
const faultsShownMax = 5

function judgeProxy(settings: Settings): OfSetting {
  const half = halfProxyOf(settings)
  if (half !== undefined) return { state: 'missing', sentence: half, mayFollow: true }
  const { proxyHost, proxyPort } = settings
  return { state: 'good', sentence: proxyHost === undefined ? 'none is set.' : `${proxyHost}:${proxyPort}.` }
}
