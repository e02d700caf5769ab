import type { OpenedHome } from '../home/open-home.ts'
import type { Setting } from './setting.ts'
import { settingsTable } from './settings-table.ts'

/** What a server takes over while apps run; everything else of a folder's files needs its parts built anew. */
const liveNames: ReadonlySet<string> = new Set(
  settingsTable.filter((setting: Setting) => setting.hubMaySet).map(({ name }) => name),
)

type HomeFiles = Pick<OpenedHome, 'settings' | 'trust' | 'policy'>

/** Whether what changed between the two is only settings that a server takes over as they are. */
export function isTakenLive(now: HomeFiles, fresh: HomeFiles): boolean {
  return rest(now) === rest(fresh)
}

function rest({ settings, trust, policy }: HomeFiles): string {
  const others = Object.entries(settings).filter(([name]) => !liveNames.has(name))
  return JSON.stringify([
    others.sort(([a], [b]) => (a < b ? -1 : 1)),
    policy,
    trust.caCertificate,
    [...trust.commandKeys.keys()],
    [...trust.publisherKeys.keys()],
  ])
}
