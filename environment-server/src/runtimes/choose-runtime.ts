import { type ExecuteCommand, isAtLeast, parseLanguageVersion } from '@postern/protocol'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Interpreter } from './interpreter.ts'
import type { Runtimes } from './runtimes.ts'

/** How one app is started. */
export type AppRuntime = {
  program: string
  arguments: readonly string[]
  /** Folders of the interpreter; none for the server's own runtime, which is a single file. */
  folders: readonly string[]
  language: ExecuteCommand['app']['programLanguage']
  /** What ran, for the log: name, version, path and setting. */
  words: string
  /** Where it is not what the app asked for. */
  warning?: string | undefined
}

type App = Pick<ExecuteCommand['app'], 'programName' | 'programLanguage' | 'programMain' | 'languageVersion'>

/** Why an app cannot be started here, for a person. */
export type NoRuntime = {
  missing: string
  /** Another environment server may have what this one lacks. */
  lacksInterpreter?: true
}

/** Chooses by the app's language and `languageVersion`, or says what is missing and which setting to fill (ES-6). */
export function chooseRuntime(app: App, appFolder: string, runtimes: Runtimes): AppRuntime | NoRuntime {
  const { programLanguage, programMain, programName } = app
  // The main file is an argument: it must not be read as an option, and must stay in the app's folder.
  if (programMain.startsWith('-') || programMain.startsWith('/') || programMain.split('/').includes('..')) {
    return { missing: `The app ${programName} names a main file outside its folder: ${programMain}` }
  }
  switch (programLanguage) {
    case 'NODE':
      return {
        program: process.execPath,
        arguments: [programMain],
        folders: [],
        language: 'NODE',
        words: `Node.js ${process.versions.node} (${process.execPath})`,
      }
    case 'PYTHON':
      return pythonFor(app, appFolder, runtimes)
    case 'JAVA':
      return javaFor(app, runtimes)
    default:
      return {
        missing: `The app ${programName} needs ${String(programLanguage)}, which this environment server does not know.`,
      }
  }
}

function pythonFor(app: App, appFolder: string, { python311, pythonOlder }: Runtimes): AppRuntime | NoRuntime {
  const asked = parseLanguageVersion(app.languageVersion)
  const isNew = asked === undefined || isAtLeast(asked, 3, 11)
  const fitting = isNew ? python311 : pythonOlder
  const found = fitting ?? (isNew ? pythonOlder : python311)
  const needs = `The app ${app.programName} needs Python${asked ? ` ${app.languageVersion}` : ''}`
  const setting = isNew ? 'appsPythonHome311' : 'appsPythonHome'
  if (!found) return noInterpreter(`${needs}: set ${setting} on the environment server (configure.sh).`)
  if ('problem' in found) return noInterpreter(`${needs}. ${found.problem}`)
  return {
    ...ranBy('Python', found),
    arguments: pythonArguments(app.programMain, appFolder),
    language: 'PYTHON',
    warning: fitting ? undefined : `${needs}; only ${found.setting} is set, and is taken.`,
  }
}

/** As TcEx apps of all generations are started: by file, by module name, or as the folder itself. */
function pythonArguments(programMain: string, appFolder: string): string[] {
  if (programMain.endsWith('.py')) return [programMain]
  const file = `${programMain}.py`
  const isFolderRun = !existsSync(join(appFolder, file)) && existsSync(join(appFolder, '__main__.py'))
  return isFolderRun ? ['.', programMain] : [file]
}

function javaFor(app: App, { java }: Runtimes): AppRuntime | NoRuntime {
  const needs = `The app ${app.programName} needs Java${app.languageVersion ? ` ${app.languageVersion}` : ''}`
  if (!java) return noInterpreter(`${needs}: set appsJavaHome on the environment server (configure.sh).`)
  if ('problem' in java) return noInterpreter(`${needs}. ${java.problem}`)
  const asked = parseLanguageVersion(app.languageVersion)
  const has = parseLanguageVersion(java.version)
  return {
    ...ranBy('Java', java),
    arguments: javaArguments(app.programMain),
    language: 'JAVA',
    warning: asked && has && !isAtLeast(has, asked.major) ? `${needs}; there is only ${java.version}.` : undefined,
  }
}

/** A jar, one source file, or a main class among what the package holds. */
function javaArguments(programMain: string): string[] {
  if (programMain.endsWith('.jar')) return ['-jar', programMain]
  if (programMain.endsWith('.java')) return [programMain]
  return ['-cp', '.:./*:lib/*', programMain]
}

function noInterpreter(missing: string): NoRuntime {
  return { missing, lacksInterpreter: true }
}

function ranBy(
  name: string,
  { program, folders, version, setting }: Interpreter,
): Omit<AppRuntime, 'arguments' | 'language'> {
  return { program, folders, words: `${name} ${version} (${program}, ${setting})` }
}
