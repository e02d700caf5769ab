import { type CommandLine, homeOf, parseOptions, passwordSources } from '../config.ts'
import { askServer } from '../control/ask-server.ts'
import { askNewPassword, type PasswordSources, unattendedPassword } from '../keychain/master-password.ts'
import { promptHidden } from '../keychain/prompt.ts'
import { StartProblem } from '../log/start-problem.ts'
import { ownFolder } from './own-folder.ts'

/** Gives the running server the password that it waits for; at the first start that is a new one, asked twice. */
export async function unlock(line: CommandLine): Promise<number> {
  const options = parseOptions(line, {})
  const home = ownFolder(homeOf(line, options))
  const running = await askServer(home, { ask: 'status' })
  if (running?.status === undefined) {
    throw new StartProblem(
      'No environment server is running on this folder. Start it first; it asks for the password itself on a terminal.',
    )
  }
  if (running.status.state !== 'locked') {
    process.stdout.write('The keychain is open already.\n')
    return 0
  }
  const password = await passwordFor(passwordSources(line, options), running.status.hasKeychain)
  const answer = await askServer(home, { ask: 'unlock', password })
  if (answer === undefined) throw new StartProblem('The environment server has ended meanwhile. Look at its log.')
  process.stdout.write(`${answer.said ?? 'The keychain is open.'}\n`)
  return 0
}

async function passwordFor(sources: PasswordSources, hasKeychain: boolean): Promise<string> {
  const unattended = unattendedPassword(sources)
  if (unattended !== undefined) return unattended
  const { terminal } = sources
  if (terminal === undefined) {
    throw new StartProblem(
      'There is no terminal to ask on. Give the password with --password-file FILE or --password-fd N.',
    )
  }
  if (!hasKeychain) return await askNewPassword(terminal)
  return await promptHidden('Master password of the keychain: ', terminal.input, terminal.output)
}
