import { type HomeFolder, letAppUsersThrough } from '../home/home-folder.ts'
import type { ServerLog } from '../log/server-log.ts'
import { type Choice, chooseConfinement } from './choose-confinement.ts'
import { findAppUsers } from './find-app-users.ts'

/** How apps are kept apart on this machine, by what setup-sandbox.sh has set up and by trying. */
export async function chooseSandbox(home: HomeFolder, sandboxUser: string, log: ServerLog): Promise<Choice> {
  const { users, problem } = findAppUsers(sandboxUser)
  if (problem) log('warn', problem.sentence)
  if (users.length > 0) letAppUsersThrough(home)
  // Where they run, so that its access lists are tried too.
  const choice = await chooseConfinement({
    hidden: home.hidden,
    runFolder: users.length > 0 ? home.jobsFolder : home.runFolder,
    users,
  })
  if (users.length > 0 && choice.users.length === 0)
    log(
      'warn',
      `Apps do not run as users of their own, although ${sandboxUser} was set up: ${choice.failures[0] ?? ''}.`,
    )
  return choice
}
