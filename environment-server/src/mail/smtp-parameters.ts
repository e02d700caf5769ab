import { type ParameterValue, platformParameters } from '@postern/protocol'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod/mini'
import { authorityOf } from '../proxy/http-proxy.ts'
import type { MailAccess } from './send-mail.ts'

/** Of a package's install.json only what is needed here; it was judged whole when it was installed. */
const WithFeatures = z.object({ features: z.optional(z.array(z.string())) })

export type SmtpParameters = {
  parameters: Record<string, ParameterValue>
  /** For the redactor of the app's log. */
  secrets: string[]
  /** Where its guard lets it connect for that: `host:port`. */
  egress: string[]
}

/** What an app learns of mail, by the names of TcEx: nothing unless its signed package asks for it by the feature `smtpSettings`. */
export function smtpParameters(
  appFolder: string,
  { settings, password }: Pick<MailAccess, 'settings' | 'password'>,
): SmtpParameters {
  const { smtpHost, smtpPort, smtpUsername, smtpFrom } = settings
  if (smtpHost === undefined || !asksForMail(appFolder)) return { parameters: {}, secrets: [], egress: [] }
  return {
    parameters: {
      [platformParameters.smtpHost]: smtpHost,
      [platformParameters.smtpPort]: smtpPort,
      ...(smtpUsername !== undefined && { [platformParameters.smtpUsername]: smtpUsername }),
      ...(password !== undefined && { [platformParameters.smtpPassword]: password }),
      ...(smtpFrom !== undefined && { [platformParameters.systemMail]: smtpFrom }),
    },
    secrets: password === undefined ? [] : [password],
    egress: [authorityOf(smtpHost, smtpPort)],
  }
}

function asksForMail(appFolder: string): boolean {
  const read = z.safeParse(WithFeatures, JSON.parse(readFileSync(join(appFolder, 'install.json'), 'utf8')))
  return read.success && read.data.features?.includes('smtpSettings') === true
}
