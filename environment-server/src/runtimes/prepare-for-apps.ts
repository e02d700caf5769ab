import { readCaFolder } from '@postern/intel/certificates'
import * as files from 'node:fs'
import { writeAppCertificates } from '../certificates/app-certificates.ts'
import type { OpenedHome } from '../home/open-home.ts'
import type { ServerLog } from '../log/server-log.ts'
import { asUser } from '../sandbox/app-user.ts'
import type { Choice } from '../sandbox/choose-confinement.ts'
import { findRuntimes, type Runtimes, sayRuntimes } from './runtimes.ts'

/** Asks the interpreters for their versions, as the user that will run apps, and makes the certificate files that apps read (D38). */
export async function prepareForApps(
  { home, settings, trust }: Pick<OpenedHome, 'home' | 'settings' | 'trust'>,
  { users }: Pick<Choice, 'users'>,
  javaHome: string | undefined,
  log: ServerLog,
): Promise<Runtimes> {
  const [user] = users
  const asking = findRuntimes(settings, javaHome, { as: user ? asUser(user) : [], hidden: home.hidden })
  const own = readCaFolder(settings.caFolder, files)
  for (const problem of own.problems) log('error', problem)
  if (own.certificates.length > 0) log('info', `caFolder: ${own.certificates.length} certificates are trusted by apps.`)
  const runtimes = await asking
  sayRuntimes(runtimes, log)
  const forLanguages = Object.values(runtimes).some((found) => found !== undefined)
  writeAppCertificates(home.certificatesFolder, { hubCa: trust.caCertificate, own: own.certificates, forLanguages })
  return runtimes
}
