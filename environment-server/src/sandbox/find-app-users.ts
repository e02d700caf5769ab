import { readFileSync } from 'node:fs'
import type { Judgement } from '../requirements/judgement.ts'
import type { AppUser } from './app-user.ts'

/** More executors than this have no users of their own; setup-sandbox.sh makes no more either. */
const usersMax = 64

export type FoundUsers = {
  users: AppUser[]
  /** Why users that are there cannot be used, for the operator; `missing` where no setup makes them fit. */
  problem?: Judgement
}

/**
 * The users that setup-sandbox.sh made (D39): `tc-job-1`, `tc-job-2`, …; or, where only the guide's way by hand was gone, the one user
 * of the setting `appsSandboxUser`.
 */
export function findAppUsers(name: string, { passwd, ownId, ownGroups }: Machine = thisMachine()): FoundUsers {
  const entries = new Map(passwd.split('\n').map((line) => [line.split(':', 1)[0] ?? '', line] as const))
  const unfit = unfitness(entries.get(name)?.split(':') ?? [], ownId)
  if (unfit !== undefined)
    return {
      users: [],
      problem: {
        state: 'missing',
        sentence: `appsSandboxUser is ${name}, ${unfit}: no app ever runs as that. Run setup-sandbox.sh as root, which makes a user for apps, and name that one (tc-job unless you choose another).`,
      },
    }
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
    problem: {
      state: 'advice',
      sentence: `Apps could run as user ${outside.name}, but the user of this environment server is not in its group. Run setup-sandbox.sh, and start the environment server again in a new session.`,
    },
  }
}

/** passwd(5). Root, and any other user of the system, is no user for apps whatever its name. */
function userOf(line: string | undefined): AppUser | undefined {
  const [name, , userId, groupId] = line?.split(':') ?? []
  if (name === undefined || !userId || !groupId || Number(userId) === 0 || Number(groupId) === 0) return undefined
  return { name, userId: Number(userId), groupId: Number(groupId) }
}

/** Of an entry of passwd(5): why its user is nobody to run apps as; nothing where it may be, or there is no such user. */
function unfitness([name, , userId, groupId]: readonly string[], ownId: number): string | undefined {
  if (userId === undefined || groupId === undefined) return undefined
  if (Number(userId) === 0) return name === 'root' ? 'who may do everything' : 'who is root by another name'
  if (Number(groupId) === 0) return 'who is in the group of root'
  return Number(userId) === ownId ? 'the user of this environment server itself' : undefined
}

type Machine = { passwd: string; ownId: number; ownGroups: readonly number[] }

function thisMachine(): Machine {
  return {
    passwd: readFileSync('/etc/passwd', 'utf8'),
    ownId: process.getuid?.() ?? -1,
    ownGroups: process.getgroups?.() ?? [],
  }
}
