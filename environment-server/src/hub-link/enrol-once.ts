import { X509Certificate } from 'node:crypto'
import type { OpenedHome } from '../home/open-home.ts'
import { wipeEnrolmentToken } from '../home/settings.ts'
import type { Trust } from '../home/trust.ts'
import type { Keychain } from '../keychain/keychain.ts'
import { StartProblem } from '../log/start-problem.ts'
import type { ServerLog } from '../log/server-log.ts'
import { connectionProblem } from './connection-problem.ts'
import { enrol, hasEnrolledWith } from './enrol.ts'
import type { HubClock } from './hub-clock.ts'
import type { HubHttp } from './hub-http.ts'

/**
 * At the first start enrols, and so at the first after another bundle for this server was unzipped over its folder (D37): anew, with
 * another key, under the same master password and with the same journal. At every other start nothing. A spent token is taken out of the
 * settings.
 */
export async function enrolOnce(
  { home, settings, trust }: OpenedHome,
  http: HubHttp,
  keychain: Keychain,
  clock: HubClock,
  log: ServerLog,
): Promise<void> {
  const { serverXid, enrolmentToken } = settings
  const { certificate } = keychain.content
  if (enrolmentToken === undefined) {
    if (certificate !== undefined) return
    throw new StartProblem(
      'This server is not enrolled, and its settings hold no enrolment token. Download a new bundle for it.',
    )
  }
  // A crash came between the enrolment and the last line, or the bundle was unzipped once more.
  if (hasEnrolledWith(keychain, enrolmentToken)) return wipeEnrolmentToken(home)
  if (certificate !== undefined) refuseOtherServer(certificate, serverXid, trust)
  const sentMs = clock.sentMs()
  const enrolment = await enrol(http, keychain, serverXid, enrolmentToken).catch((error: unknown) => {
    if (error instanceof StartProblem) throw error
    const { hostname, port } = new URL(http.url)
    throw new StartProblem(connectionProblem(error, hostname, Number(port || 443)).sentence, { cause: error })
  })
  clock.learn(sentMs, Date.parse(enrolment.hubTime))
  log(
    'info',
    certificate === undefined
      ? `Enrolled as environment server ${serverXid}.`
      : `Enrolled anew as environment server ${serverXid}, with another key.`,
  )
  if (!enrolment.confirmed) {
    log('warn', "The hub runs nothing here until a person confirms this server's fingerprint in the console.")
  }
  wipeEnrolmentToken(home)
}

/** What a folder's journal holds is of one server of one hub: another one's could take it for its own. */
function refuseOtherServer(certificate: string, serverXid: string, { caCertificate }: Trust): void {
  const own = new X509Certificate(certificate)
  if (own.subject === `CN=${serverXid}` && own.verify(new X509Certificate(caCertificate).publicKey)) return
  throw new StartProblem(
    `This folder is that of another environment server (${own.subject}, or of another hub). Unzip the bundle into a new folder, and put this one's settings.json and keystore/trust.json back from a backup.`,
  )
}
