import { MailAnswer, paths, SetupLink, setupLinkMinutes } from '@postern/protocol'
import { Command } from 'commander'
import { readCliConfig } from '../config.ts'
import { callHub, hubTarget } from '../hub-api.ts'
import { say } from '../say.ts'

export function setupLinkCommand(): Command {
  return new Command('setup-link')
    .description(`print a link that makes an administrator, once, within ${setupLinkMinutes} minutes`)
    .option('--mail <address>', 'mail it there by the mail server of the settings, and do not print it')
    .action(async ({ mail }: { mail?: string }) => {
      const target = hubTarget(readCliConfig())
      if (mail !== undefined) {
        const { isSent, said } = await callHub(target, paths.mailedSetupLinks, MailAnswer, { json: { to: mail } })
        if (!isSent) throw new Error(said)
        say.line(`The link was mailed to ${mail}. ${said}`)
        return
      }
      const link = await callHub(target, paths.setupLinks, SetupLink, { method: 'POST' })
      say.line(link.url)
    })
}
