import type { ReportedPolicy } from '@postern/protocol'
import type { PolicyInForce } from './policy-in-force.ts'
import { policyLimits } from './policy-limits.ts'

/** Longest name that is reported. */
const nameCharactersMax = 300

/** What people see of this server's policy at the hub (D36); the hub decides nothing by it. */
export function reportedPolicy({ local, narrowings }: Pick<PolicyInForce, 'local' | 'narrowings'>): ReportedPolicy {
  const { publishers, apps, versions, targets, directions, settings = [], egress } = local
  const named = { publishers, apps, versions, targets, directions, settings, 'egress.only': egress.only }
  const allowed = egress.allow.length === 0 ? {} : { 'egress.allow': egress.allow }
  const lists = Object.entries({ ...named, ...allowed }).flatMap(([name, names]: [string, string[] | undefined]) => {
    if (names === undefined) return []
    const shown = names.slice(0, policyLimits.reportedNamesMax).map((each) => each.slice(0, nameCharactersMax))
    return [[name, { names: shown, count: names.length }] as const]
  })
  return {
    lists: Object.fromEntries(lists),
    allowUnconfined: local.allowUnconfined,
    diskMegabytesMax: local.diskMegabytesMax,
    narrowedBy: narrowings.map(({ commandId }) => commandId),
  }
}
