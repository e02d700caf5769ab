import { type ChangeTaxiiRoot, type CreateTaxiiRoot, paths, TaxiiRoot, TaxiiRootPage } from '@postern/protocol'
import { Command } from 'commander'
import { readCliConfig } from '../config.ts'
import { callHub, type HubTarget, hubTarget, sendToHub } from '../hub-api.ts'
import { rowsOf } from '../rows-of.ts'
import { say } from '../say.ts'
import { named, none } from './stated-options.ts'

export function taxiiRootsCommand(): Command {
  return new Command('roots')
    .enablePositionalOptions()
    .description('the API roots in which TAXII collections stand')
    .option('--json', 'one JSON object a line')
    .action(async ({ json }: { json?: boolean }) => {
      for await (const root of rowsOf(hubTarget(readCliConfig()), paths.taxiiRoots, TaxiiRootPage)) {
        if (json === true) say.json(root)
        else say.row([root.name, root.title, root.url])
      }
    })
    .addCommand(createRootCommand())
    .addCommand(setRootCommand())
    .addCommand(removeRootCommand())
}

function createRootCommand(): Command {
  return new Command('create')
    .description('add an API root, and print its address')
    .argument('<name>', 'a part of its address')
    .requiredOption('--title <text>')
    .option('--description <text>')
    .action(async (name: string, { title, description }: { title: string; description?: string }) => {
      const json: CreateTaxiiRoot = { name, title, ...named('description', description) }
      const { url } = await callHub(hubTarget(readCliConfig()), paths.taxiiRoots, TaxiiRoot, { json })
      say.line(url)
    })
}

function setRootCommand(): Command {
  return new Command('set')
    .description('change what an API root says of itself; its name stays')
    .argument('<name>')
    .option('--title <text>')
    .option('--description <text>', `for people, or ${none}`)
    .action(async (name: string, { title, description }: { title?: string; description?: string }) => {
      const json: ChangeTaxiiRoot = {
        ...named('title', title),
        ...named('description', description === none ? null : description),
      }
      if (Object.keys(json).length === 0) throw new Error('Say what to change: --title or --description.')
      const target = hubTarget(readCliConfig())
      const { id } = await rootNamed(target, name)
      await callHub(target, paths.taxiiRoot(id), TaxiiRoot, { method: 'PATCH', json })
      say.line('changed')
    })
}

function removeRootCommand(): Command {
  return new Command('remove')
    .description('remove an API root that has no collections')
    .argument('<name>')
    .action(async (name: string) => {
      const target = hubTarget(readCliConfig())
      const { id } = await rootNamed(target, name)
      await sendToHub(target, paths.taxiiRoot(id), { method: 'DELETE' })
      say.line('removed')
    })
}

async function rootNamed(target: HubTarget, name: string): Promise<TaxiiRoot> {
  for await (const root of rowsOf(target, paths.taxiiRoots, TaxiiRootPage)) if (root.name === name) return root
  throw new Error(`There is no API root ${name}. postern taxii roots lists them.`)
}
