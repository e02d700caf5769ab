import type { OpenedHome } from '../home/open-home.ts'
import type { Setting } from './setting.ts'
import { settingsTable } from './settings-table.ts'

/** What a server takes over while apps run; everything else of a folder's files needs its parts built anew. */
const liveNames: ReadonlySet<string> = new Set(
  settingsTable.filter((setting: Setting) => setting.hubMaySet).map(({ name }) => name),
)

type HomeFiles = Pick<OpenedHome, 'settings' | 'trust'>

/** Whether what changed between the two is only what a server takes over as it is: such settings, local policy and publishers. */
export function isTakenLive(now: HomeFiles, fresh: HomeFiles): boolean {
  return rest(now) === rest(fresh)
}

function rest({ settings, trust }: HomeFiles): string {
  const others = Object.entries(settings).filter(([name]) => !liveNames.has(name))
  return JSON.stringify([
    others.sort(([a], [b]) => (a < b ? -1 : 1)),
    trust.caCertificate,
    [...trust.pinned.command.keys()],
  ])
}
