import { Command } from 'commander'
import { appCommand } from './commands/app.ts'
import { collectionsCommand } from './commands/collections.ts'
import { exclusionsCommand } from './commands/exclusions.ts'
import { explainCommand } from './commands/explain.ts'
import { groupsCommand } from './commands/groups.ts'
import { hashesCommand } from './commands/hashes.ts'
import { hubCommand, startCommand } from './commands/start.ts'
import { exportCommand } from './commands/export.ts'
import { importCommand } from './commands/import.ts'
import { indicatorsCommand } from './commands/indicators.ts'
import { keysCommand } from './commands/keys.ts'
import { listsCommand } from './commands/lists.ts'
import { readersCommand } from './commands/readers.ts'
import { receiptsCommand } from './commands/receipts.ts'
import { runtimeCommand } from './commands/runtime.ts'
import { searchCommand } from './commands/search.ts'
import { serversCommand } from './commands/servers.ts'
import { setupLinkCommand } from './commands/setup-link.ts'
import { simulateCommand } from './commands/simulate.ts'
import { taxiiCommand } from './commands/taxii.ts'
import { tokenCommand } from './commands/token.ts'
import { tqlCommand } from './commands/tql.ts'
import { usersCommand } from './commands/users.ts'
import { say } from './say.ts'

const program = new Command('postern')
  .description('Carries threat intelligence to the products that enforce it, and proves that it arrived.')
  .version('0.1.0')
  // Else a command with commands below it takes their options of the same name.
  .enablePositionalOptions()
  .showHelpAfterError()
  .addCommand(startCommand())
  .addCommand(hubCommand())
  .addCommand(tokenCommand())
  .addCommand(setupLinkCommand())
  .addCommand(usersCommand())
  .addCommand(serversCommand())
  .addCommand(runtimeCommand())
  .addCommand(keysCommand())
  .addCommand(importCommand())
  .addCommand(exportCommand())
  .addCommand(indicatorsCommand())
  .addCommand(groupsCommand())
  .addCommand(searchCommand())
  .addCommand(explainCommand())
  .addCommand(hashesCommand())
  .addCommand(receiptsCommand())
  .addCommand(collectionsCommand())
  .addCommand(listsCommand())
  .addCommand(taxiiCommand())
  .addCommand(readersCommand())
  .addCommand(tqlCommand())
  .addCommand(exclusionsCommand())
  .addCommand(simulateCommand())
  .addCommand(appCommand())

// Whoever reads may have seen enough, as `head` has.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
})

try {
  await program.parseAsync()
} catch (error) {
  // A person reads this: the sentence, and the sentence of what lay behind it; the stack helps nobody here.
  say.error(error instanceof Error ? error.message : String(error))
  if (error instanceof Error && error.cause instanceof Error) say.error(`  because: ${error.cause.message}`)
  process.exitCode = 1
}
