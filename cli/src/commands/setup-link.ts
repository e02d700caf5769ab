import { paths, SetupLink } from '@postern/protocol'
import { Command } from 'commander'
import { readCliConfig } from '../config.ts'
import { callHub, hubTarget } from '../hub-api.ts'
import { say } from '../say.ts'

export function setupLinkCommand(): Command {
  return new Command('setup-link')
    .description('print a link that makes an administrator, once, within 30 minutes')
    .action(async () => {
      const link = await callHub(hubTarget(readCliConfig()), paths.setupLinks, SetupLink, { method: 'POST' })
      say.line(link.url)
    })
}
