import type { HomeFolder } from '../home/home-folder.ts'
import { covers } from '../egress/allow-list.ts'
import { StartProblem } from '../log/start-problem.ts'
import { changeLocalPolicy, readLocalPolicy } from './local-policy.ts'
import type { PolicyUse } from './policy-journal.ts'
import { policyLimits } from './policy-limits.ts'

/** Writes what is in use into the policy file, as far as the file allows it already: locking never widens (D36). */
export function lockPolicy(home: Pick<HomeFolder, 'policyFile'>, used: PolicyUse): PolicyUse {
  if (used.apps.length === 0) {
    throw new StartProblem(
      `No app was let run here in the last ${policyLimits.useDaysMax} days: locked now, this server would run nothing. Run each of its jobs once, then lock.`,
    )
  }
  const { apps, versions, targets, directions } = readLocalPolicy(home)
  const locked: PolicyUse = {
    apps: apps?.filter((entry) => used.apps.includes(appOf(entry))) ?? used.apps,
    versions: used.versions.filter((version) => versions?.includes(version) ?? true),
    targets: used.targets.filter((host) => targets?.some((entry) => covers(entry, host)) ?? true),
    directions: used.directions.filter((direction) => directions?.includes(direction) ?? true),
  }
  changeLocalPolicy(home, locked)
  return locked
}

/** Of `<name>` or `<name>@<sha256>`. */
function appOf(entry: string): string {
  return entry.split('@')[0] ?? entry
}
