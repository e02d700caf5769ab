import type { OpenedHome } from '../home/open-home.ts'
import { wipeEnrolmentToken } from '../home/settings.ts'
import type { Keychain } from '../keychain/keychain.ts'
import { StartProblem } from '../log/start-problem.ts'
import type { ServerLog } from '../log/server-log.ts'
import { connectionProblem } from './connection-problem.ts'
import { enrol } from './enrol.ts'
import type { HubClock } from './hub-clock.ts'
import type { HubHttp } from './hub-http.ts'

/** At the first start: enrols, and takes the spent token out of the settings. At every later one: nothing. */
export async function enrolOnce(
  { home, settings }: OpenedHome,
  http: HubHttp,
  keychain: Keychain,
  clock: HubClock,
  log: ServerLog,
): Promise<void> {
  if (keychain.content.certificate === undefined) {
    if (settings.enrolmentToken === undefined) {
      throw new StartProblem(
        'This server is not enrolled, and its settings hold no enrolment token. Download a new bundle for it.',
      )
    }
    const sentMs = clock.sentMs()
    const enrolment = await enrol(http, keychain, settings.serverXid, settings.enrolmentToken).catch(
      (error: unknown) => {
        if (error instanceof StartProblem) throw error
        const { hostname, port } = new URL(http.url)
        throw new StartProblem(connectionProblem(error, hostname, Number(port || 443)).sentence, { cause: error })
      },
    )
    clock.learn(sentMs, Date.parse(enrolment.hubTime))
    log('info', `Enrolled as environment server ${settings.serverXid}.`)
    if (!enrolment.confirmed) {
      log('warn', "The hub runs nothing here until a person confirms this server's fingerprint in the console.")
    }
  }
  // Also when a crash came between the enrolment and this line.
  if (settings.enrolmentToken !== undefined) wipeEnrolmentToken(home)
}
