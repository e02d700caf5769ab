import { readFileSync } from 'node:fs'
import type { AppUser } from './app-user.ts'

/** More executors than this have no users of their own; setup-sandbox.sh makes no more either. */
const usersMax = 64

export type FoundUsers = {
  users: AppUser[]
  /** Why users that are there cannot be used: a sentence for the operator. */
  problem?: string
}

/**
 * The users that setup-sandbox.sh made (D39): `tc-job-1`, `tc-job-2`, …; or, where only the guide's way by hand was gone, the one user
 * of the setting `appsSandboxUser`.
 */
export function findAppUsers(
  name: string,
  { passwd, ownGroups }: { passwd: string; ownGroups: readonly number[] } = machine(),
): FoundUsers {
  const entries = new Map(passwd.split('\n').map((line) => [line.split(':', 1)[0] ?? '', line] as const))
  const users: AppUser[] = []
  for (let number = 1; number <= usersMax; number += 1) {
    const user = userOf(entries.get(`${name}-${number}`))
    if (!user) break
    users.push(user)
  }
  const single = users.length === 0 ? userOf(entries.get(name)) : undefined
  if (single) users.push(single)
  const outside = users.find(({ groupId }) => !ownGroups.includes(groupId))
  if (!outside) return { users }
  return {
    users: [],
    problem: `Apps could run as user ${outside.name}, but the user of this environment server is not in its group. Run setup-sandbox.sh, and start the environment server again in a new session.`,
  }
}

/** passwd(5). Root, and any other user of the system, is no user for apps whatever its name. */
function userOf(line: string | undefined): AppUser | undefined {
  const [name, , userId, groupId] = line?.split(':') ?? []
  if (name === undefined || !userId || !groupId || Number(userId) === 0 || Number(groupId) === 0) return undefined
  return { name, userId: Number(userId), groupId: Number(groupId) }
}

function machine(): { passwd: string; ownGroups: number[] } {
  return { passwd: readFileSync('/etc/passwd', 'utf8'), ownGroups: process.getgroups?.() ?? [] }
}
