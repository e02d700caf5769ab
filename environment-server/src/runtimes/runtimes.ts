import { isAtLeast, parseLanguageVersion, type ReportedInterpreter } from '@postern/protocol'
import type { SettingValues } from '../settings/settings-table.ts'
import type { ServerLog } from '../log/server-log.ts'
import { askInterpreter, type Interpreter, java, python, type UnusableInterpreter } from './interpreter.ts'

export type FoundInterpreter = Interpreter | UnusableInterpreter

/** What apps are run with (ES-6); absent where the setting is empty. Node apps run with the server's own runtime. */
export type Runtimes = {
  python311?: FoundInterpreter | undefined
  pythonOlder?: FoundInterpreter | undefined
  java?: FoundInterpreter | undefined
}

export type RuntimeSettings = Pick<SettingValues, 'appsPythonHome311' | 'appsPythonHome' | 'appsJavaHome'>

/** Of an interpreter's own word for its version. */
const versionCharactersMax = 50

/** Asks each interpreter that is set, once, at the same time. */
export async function findRuntimes(
  settings: RuntimeSettings,
  javaHome: string | undefined,
  places: { as: readonly string[]; hidden: string },
): Promise<Runtimes> {
  const { appsPythonHome311, appsPythonHome, appsJavaHome } = settings
  const ask = (kind: typeof python, setting: string, path: string | undefined) =>
    path === undefined || path === '' ? undefined : askInterpreter(kind, setting, path, places)
  const [python311, pythonOlder, javaFound] = await Promise.all([
    ask(python, 'appsPythonHome311', appsPythonHome311),
    ask(python, 'appsPythonHome', appsPythonHome),
    appsJavaHome === undefined ? ask(java, 'JAVA_HOME', javaHome) : ask(java, 'appsJavaHome', appsJavaHome),
  ])
  return {
    python311: newEnough(python311, 'Python', 3, 11, 'Name it in appsPythonHome instead.'),
    pythonOlder,
    java: newEnough(javaFound, 'Java', 11, 0, 'Install Java 17.'),
  }
}

function newEnough(
  found: FoundInterpreter | undefined,
  name: string,
  major: number,
  minor: number,
  cure: string,
): FoundInterpreter | undefined {
  if (!found || 'problem' in found) return found
  const version = parseLanguageVersion(found.version)
  if (version && isAtLeast(version, major, minor)) return found
  const oldest = minor === 0 ? String(major) : `${major}.${minor}`
  const { setting, program } = found
  return {
    setting,
    problem: `${setting} is ${program}, which is ${name} ${found.version}; ${oldest} or newer is needed. ${cure}`,
  }
}

/** What is wrong with what a setting names, in the words of the log, of --check and of --set; nothing where it is as it should be. */
export function faultOf(found: FoundInterpreter): string | undefined {
  if ('problem' in found) return found.problem
  const { setting, program, lacks = [] } = found
  if (lacks.length === 0) return undefined
  return `${setting} is ${program}, which was built without ${lacks.join(', ')}. Install their development packages and build it again, or take the distribution's Python.`
}

/** Those that can be run, as a heartbeat says them: a hub places apps of a pool by them. */
export function reportRuntimes({ python311, pythonOlder, java: javaFound }: Runtimes): ReportedInterpreter[] {
  return [python311, pythonOlder, javaFound].flatMap((found, index) =>
    !found || 'problem' in found
      ? []
      : [{ language: index < 2 ? 'PYTHON' : 'JAVA', version: found.version.slice(0, versionCharactersMax) }],
  )
}

export function sayRuntimes({ python311, pythonOlder, java: javaFound }: Runtimes, log: ServerLog): void {
  for (const [name, found] of [
    ['Python', python311],
    ['Python', pythonOlder],
    ['Java', javaFound],
  ] as const) {
    if (!found) continue
    if (!('problem' in found)) log('info', `${name} ${found.version} is ${found.program} (${found.setting}).`)
    const fault = faultOf(found)
    if (fault !== undefined) log('warn', fault)
  }
}
