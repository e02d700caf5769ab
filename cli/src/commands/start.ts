import { fileURLToPath } from 'node:url'
import { Command } from 'commander'

/** The folder that holds all parts, without a slash at its end. */
export const checkoutFolder = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '')

export function startCommand(): Command {
  return new Command('start')
    .description('a hub with its broker, its apps and one environment server on this machine')
    .action(async () => await run(true))
}

export function hubCommand(): Command {
  return new Command('hub').description('a hub with its broker, alone').action(async () => await run(false))
}

/** The hub is loaded by whoever runs one alone: every other command would wait for it. */
async function run(withEnvironmentServer: boolean): Promise<void> {
  const { runLocal } = await import('../service/run-local.ts')
  await runLocal(checkoutFolder, withEnvironmentServer)
}
