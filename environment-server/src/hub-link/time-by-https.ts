import { paths } from '@postern/protocol'
import { errorText, type ServerLog } from '../log/server-log.ts'
import type { HubClock } from './hub-clock.ts'
import type { HubHttp } from './hub-http.ts'

/** A change of the clock's offset that may explain a refused proof. */
const offsetChangeMs = 10_000
const answerMsMax = 5000

/** A refusal may only mean that this machine's clock is off: the proof holds for 60 s of the hub's time. */
export async function hasLearntTimeByHttps({
  http,
  clock,
  log,
}: {
  http: HubHttp
  clock: HubClock
  log: ServerLog
}): Promise<boolean> {
  const sentMs = clock.sentMs()
  try {
    const { date } = await http.send({ method: 'GET', path: paths.health, token: '', timeoutMs: answerMsMax })
    if (date === undefined) return false
    const before = clock.offsetMs
    clock.learn(sentMs, date)
    return Math.abs(clock.offsetMs - before) > offsetChangeMs
  } catch (error) {
    log('debug', `The hub's time is not known: ${errorText(error)}`)
    return false
  }
}
