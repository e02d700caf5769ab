import { CreatedToken, paths, Role } from '@postern/protocol'
import { Command, Option } from 'commander'
import { readCliConfig } from '../config.ts'
import { callHub, hubTarget } from '../hub-api.ts'
import { say } from '../say.ts'

export function tokenCommand(): Command {
  const create = new Command('create')
    .description('make an API token; prints the token alone')
    .addOption(new Option('--role <role>', 'what it may do').choices(Role.options).makeOptionMandatory())
    .option('--name <name>', 'what it is for', 'command line')
    .option('--days <number>', 'days until it expires', '90')
    .action(async (options: { role: Role; name: string; days: string }) => {
      const created = await callHub(hubTarget(readCliConfig()), paths.tokens, CreatedToken, {
        json: { name: options.name, role: options.role, expiresInDays: Number(options.days) },
      })
      say.line(created.token)
    })
  return new Command('token').description('make API tokens').addCommand(create)
}
