import { type CommandLine, homeOf, parseOptions } from '../config.ts'
import { askServer } from '../control/ask-server.ts'
import { StartProblem } from '../log/start-problem.ts'
import { ownFolderWithSettings } from './own-folder.ts'

/** Puts changed settings into force without the master password. */
export async function reload(line: CommandLine): Promise<number> {
  const options = parseOptions(line, {})
  const answer = await askServer(ownFolderWithSettings(homeOf(line, options)), { ask: 'reload' })
  if (answer === undefined) throw new StartProblem('No environment server is running on this folder.')
  process.stdout.write('The settings are in force.\n')
  return 0
}
