import { Role } from '@postern/protocol'
import { Problem } from '../lib/problem.ts'

/** D22's roles stand from most to least: what is above a role may do more than it. */
export function isAbove(role: Role, other: Role): boolean {
  return Role.options.indexOf(role) < Role.options.indexOf(other)
}

/** Nobody gives more than he has. */
export function refuseAbove(own: Role, wanted: Role): void {
  if (isAbove(wanted, own)) {
    throw new Problem('forbidden', `You cannot give the role ${wanted}, which is above your own.`)
  }
}
