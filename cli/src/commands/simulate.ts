import { stopRequested } from '@postern/hub'
import { aedCommand } from '@postern/simulators'
import { Command } from 'commander'
import { say } from '../say.ts'

export function simulateCommand(): Command {
  const aed = new Command('aed')
    .description(aedCommand.summary)
    .allowUnknownOption()
    .helpOption(false)
    .argument('[flags...]')
    .action(async (_flags: string[], _options: object, command: Command) => {
      const args = command.args
      if (args.includes('--help') || args.includes('-h')) return say.line(aedCommand.help())
      const stop = new AbortController()
      void stopRequested().then(() => stop.abort())
      await aedCommand.run(args, say.line, stop.signal)
    })
  return new Command('simulate').description('an appliance to rehearse against').addCommand(aed)
}
