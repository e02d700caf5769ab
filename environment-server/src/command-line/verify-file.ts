import { type CommandLine, homeOf, parseOptions } from '../config.ts'
import { homeFolder } from '../home/home-folder.ts'
import { errorText } from '../log/server-log.ts'
import { StartProblem } from '../log/start-problem.ts'
import { keysInForceAt } from '../policy/keys-in-force.ts'
import { readServerFile, serverFileProblem } from '../upgrade/server-file.ts'

/** Whether FILE is a server file that a release key which counts here signed (D34): run.sh has the kept copy look at a new one. */
export function verifyFile(line: CommandLine): Promise<number> {
  const path = line.argv.at(-1)
  if (path === undefined || path.startsWith('-'))
    throw new StartProblem('verify-file takes the path of a server file, as its last argument.')
  const home = homeFolder(homeOf(line, parseOptions({ ...line, argv: line.argv.slice(0, -1) }, {})))
  const releaseKeys = keysInForceAt(home, 'release')
  let problem: string | undefined
  try {
    problem = serverFileProblem(readServerFile(path), releaseKeys)
  } catch (error) {
    problem = `it cannot be read: ${errorText(error)}`
  }
  process.stdout.write(problem === undefined ? `${path} is signed.\n` : `${problem}\n`)
  return Promise.resolve(problem === undefined ? 0 : 1)
}
