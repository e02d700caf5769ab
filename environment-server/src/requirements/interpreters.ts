import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { type FoundInterpreter, findRuntimes, type RuntimeSettings } from '../runtimes/runtimes.ts'
import { asUser } from '../sandbox/app-user.ts'
import { findAppUsers } from '../sandbox/find-app-users.ts'
import type { Finding } from './check.ts'

const run = promisify(execFile)
const answerMsMax = 15_000

/** Parts of Python that builds from source lack where a library was missing then, and that apps cannot do without. */
const pythonModules = ['ssl', 'zlib', 'ctypes', 'sqlite3', 'lzma']

/** Each interpreter as the user that apps will run as, as far as that user is there (D38, D39). */
export async function interpreterFindings(
  settings: RuntimeSettings & { appsSandboxUser: string },
  hidden: string,
  javaHome?: string | undefined,
): Promise<Finding[]> {
  const { users, problem } = findAppUsers(settings.appsSandboxUser)
  const [user] = users
  const as = user === undefined ? [] : asUser(user)
  const found = await findRuntimes(settings, javaHome, { as, hidden })
  return [
    sandboxUser(
      settings.appsSandboxUser,
      users.map(({ name }) => name),
      problem,
    ),
    { name: 'Node', state: 'good', sentence: `${process.versions.node}, the server's own (${process.execPath}).` },
    await interpreter('Python 3.11', 'appsPythonHome311', found.python311, as),
    await interpreter('Python', 'appsPythonHome', found.pythonOlder, as),
    await interpreter('Java', 'appsJavaHome', found.java, as),
  ]
}

function sandboxUser(name: string, users: string[], problem: string | undefined): Finding {
  if (users.length > 0) return { name: 'sandbox user', state: 'good', sentence: `apps run as ${users.join(', ')}.` }
  return {
    name: 'sandbox user',
    state: 'advice',
    sentence:
      problem ??
      `there is no ${name}; apps run as the server's own user, apart from each other by namespaces only. setup-sandbox.sh makes it.`,
  }
}

async function interpreter(
  name: string,
  setting: string,
  found: FoundInterpreter | undefined,
  as: readonly string[],
): Promise<Finding> {
  if (found === undefined)
    return { name, state: 'advice', sentence: `${setting} is empty: apps that need it are refused.` }
  if ('problem' in found) return { name, state: 'missing', sentence: found.problem }
  const lacking = name.startsWith('Python') ? await lackingModules(found.program, as) : []
  if (lacking.length === 0)
    return { name, state: 'good', sentence: `${found.version} (${found.program}, ${found.setting}).` }
  return {
    name,
    state: 'missing',
    sentence: `${found.program} was built without ${lacking.join(', ')}. Install their development packages and build it again, or take the distribution's Python.`,
  }
}

async function lackingModules(program: string, as: readonly string[]): Promise<string[]> {
  const script = `import importlib
for name in ${JSON.stringify(pythonModules)}:
    try: importlib.import_module(name)
    except ImportError: print(name)`
  const [command = program, ...argv] = [...as, program, '-I', '-c', script]
  const { stdout } = await run(command, argv, { cwd: '/', timeout: answerMsMax, killSignal: 'SIGKILL' })
  return stdout.split('\n').filter((line) => line !== '')
}
