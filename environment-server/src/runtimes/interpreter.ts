import { execFile, type ExecFileException } from 'node:child_process'
import { realpathSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { isWithin } from '../sandbox/mount-table.ts'

const run = promisify(execFile)

/** A JVM on a machine that is busy takes its time. */
const answerMsMax = 15_000

/** An interpreter that answered when it was asked for its version (D38). */
export type Interpreter = {
  setting: string
  program: string
  /** As it says itself, such as `3.11.2` or `17.0.15`. */
  version: string
  /** What it cannot run without, wherever that lies: an isolated app sees these, read-only, at their own paths. */
  folders: readonly string[]
  /** Parts of it that apps cannot do without, and that it was built without. */
  lacks?: readonly string[]
}

/** What a setting names, but cannot be used: a sentence for whoever set it. */
export type UnusableInterpreter = { setting: string; problem: string }

export type InterpreterKind = {
  /** For sentences. */
  name: 'Python' | 'Java'
  /** Below an interpreter's home, best first. */
  binaries: readonly string[]
  question: readonly string[]
  /** Reads version and folders from what was answered on either stream. */
  read: (answer: string) => { version: string; folders: string[]; lacks?: string[] | undefined } | undefined
}

/** Parts of Python that builds from source lack where a library was missing then. */
const pythonParts = ['ssl', 'zlib', 'ctypes', 'sqlite3', 'lzma']

/** Answers with version, folders and the parts that are missing. Python 3.6 knows all of it. */
const pythonQuestion = `import importlib, json, sys
missing = []
for name in ${JSON.stringify(pythonParts)}:
    try: importlib.import_module(name)
    except ImportError: missing.append(name)
print(json.dumps([".".join(map(str, sys.version_info[:3])), sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix, missing]))`

export const python: InterpreterKind = {
  name: 'Python',
  binaries: ['bin/python3', 'bin/python'],
  // Without -I it would run what lies in the working folder or a user's home.
  question: ['-I', '-c', pythonQuestion],
  read(answer) {
    const [version, ...rest] = JSON.parse(answer) as [string | undefined, ...(string | string[])[]]
    const folders = rest.filter((each) => typeof each === 'string')
    return version === undefined ? undefined : { version, folders, lacks: rest.find((each) => Array.isArray(each)) }
  },
}

export const java: InterpreterKind = {
  name: 'Java',
  binaries: ['bin/java'],
  question: ['-XshowSettings:properties', '-version'],
  read(answer) {
    const property = (name: string) => new RegExp(`^\\s*${name} = (.+)$`, 'm').exec(answer)?.[1]?.trim()
    const version = property('java\\.version')
    const home = property('java\\.home')
    return version === undefined || home === undefined ? undefined : { version, folders: [home] }
  },
}

/**
 * Asks what a setting names, which is a binary or its home folder, for its version.
 * @param as command that becomes the user that will run apps; empty for this user
 * @param hidden the folder of the environment server, which no interpreter may make apps see
 */
export async function askInterpreter(
  kind: InterpreterKind,
  setting: string,
  path: string,
  { as, hidden }: { as: readonly string[]; hidden: string },
): Promise<Interpreter | UnusableInterpreter> {
  const unusable = (problem: string) => ({ setting, problem: `${setting} is ${path}, ${problem}` })
  const program = binaryOf(kind, path)
  if (program === undefined) return unusable(`where there is no ${kind.name}: neither a program, nor its home folder.`)
  try {
    const [command = program, ...argv] = [...as, program, ...kind.question]
    const { stdout, stderr } = await run(command, argv, {
      cwd: '/',
      env: { PATH: '/usr/local/bin:/usr/bin:/bin', LANG: 'C.UTF-8' },
      timeout: answerMsMax,
      killSignal: 'SIGKILL',
    })
    const answer = kind.read(stdout.trim() === '' ? stderr : stdout)
    if (!answer) return unusable(`which says nothing of its version: is it ${kind.name}?`)
    const folders = [...new Set([...answer.folders, ...answer.folders.map((folder) => realpathSync(folder))])]
    if (folders.some((folder) => isWithin(hidden, folder)))
      return unusable('whose folder holds the environment server too. Install it in a folder of its own.')
    const { version, lacks = [] } = answer
    return { setting, program: insideOf(folders, program), version, folders, lacks }
  } catch (error) {
    return unusable(`which cannot be run: ${reasonOf(error)}`)
  }
}

function binaryOf({ binaries }: InterpreterKind, path: string): string | undefined {
  if (!isFolder(path)) return isFile(path) ? path : undefined
  return binaries.map((name) => join(path, name)).find(isFile)
}

/** A link from elsewhere leads nowhere where only the interpreter's own folders are seen. */
function insideOf(folders: readonly string[], program: string): string {
  return folders.some((folder) => isWithin(dirname(program), folder)) ? program : realpathSync(program)
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}

function reasonOf(error: unknown): string {
  const { stderr, message, killed, signal } = error as ExecFileException & { stderr?: string }
  if (killed === true) return `it did not answer within ${answerMsMax / 1000} s.`
  if (signal) return `it was ended by ${signal} before it answered.`
  const said = stderr?.trim().split('\n').at(-1) ?? ''
  return (said === '' ? (message.split('\n')[0] ?? '') : said).slice(0, 300)
}
