import { join } from 'node:path'
import { Command } from 'commander'
import { readCliConfig } from '../config.ts'
import { say } from '../say.ts'

export function simulateCommand(): Command {
  const aed = new Command('aed')
    .description('a simulator of a NETSCOUT AED')
    .allowUnknownOption()
    .helpOption(false)
    .argument('[flags...]')
    .action(async (_flags: string[], _options: object, command: Command) => {
      const { aedCommand } = await import('@postern/simulators')
      const args = command.args
      if (args.includes('--help') || args.includes('-h')) return say.line(aedCommand.help())
      const stop = new AbortController()
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort())
      await aedCommand.run(withState(args), say.line, stop.signal)
    })
  return new Command('simulate').description('run a simulator of an appliance').addCommand(aed)
}

/** Where nobody names a folder, the appliance keeps its state in the data folder. */
function withState(args: readonly string[]): readonly string[] {
  const named = args.some((flag) => flag === '--state' || flag.startsWith('--state='))
  return named ? args : [...args, '--state', join(readCliConfig().dataFolder, 'aed')]
}
