import type { User } from '@postern/protocol'

/** Whether somebody can sign in and administrate the hub: neither who has not taken an invitation nor who is disabled can. */
export function hasAdministrator(users: readonly Pick<User, 'role' | 'isInvited' | 'disabledAt'>[]): boolean {
  return users.some(({ role, isInvited, disabledAt }) => role === 'administrator' && !isInvited && disabledAt === null)
}
