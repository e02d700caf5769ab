import type { OpenedHome } from '../home/open-home.ts'
import type { HubClock } from '../hub-link/hub-clock.ts'
import type { ConfigureJournal } from '../journal/configure-journal.ts'
import type { Journal } from '../journal/journal.ts'
import { errorText, type ServerLog } from '../log/server-log.ts'
import { removeOldExecutions } from './execution-folders.ts'

const hourMs = 3600 * 1000

type TidiedHome = {
  home: Pick<OpenedHome['home'], 'jobsFolder'>
  settings: Pick<OpenedHome['settings'], 'appsSessionDaystoKeep'>
}

/** At the start and every hour: old executions' folders (ES-9), and command ids past their time (D8). */
export function keepTidy(
  { home, settings }: TidiedHome,
  journal: Journal,
  clock: HubClock,
  log: ServerLog,
  configures?: Pick<ConfigureJournal, 'forgetOld'>,
): NodeJS.Timeout {
  async function tidy(): Promise<void> {
    // Read each time: the hub may set it while this runs.
    const days = settings.appsSessionDaystoKeep
    try {
      journal.forgetOldCommands(clock.now())
      configures?.forgetOld(clock.now())
      const held = new Set(journal.heldAttempts().map(({ executionId }) => executionId))
      const removed = await removeOldExecutions(home.jobsFolder, days, held)
      if (removed > 0) log('info', `Removed the folders of ${removed} executions older than ${days} days.`)
    } catch (error) {
      log('warn', `Old executions could not be removed: ${errorText(error)}`)
    }
  }
  void tidy()
  return setInterval(() => void tidy(), hourMs)
}
