import {
  type ChangeTaxiiCollection,
  type CreateTaxiiCollection,
  paths,
  TaxiiCollectionSettings,
  TaxiiCollectionSettingsPage,
} from '@postern/protocol'
import { Command } from 'commander'
import { readCliConfig } from '../config.ts'
import { callHub, hubTarget, sendToHub } from '../hub-api.ts'
import { rowsOf } from '../rows-of.ts'
import { say } from '../say.ts'
import { formatCountOf } from './format-count.ts'
import { named, none, readYesOrNo } from './stated-options.ts'
import { taxiiCollectionNamed } from './taxii-collection-named.ts'
import { taxiiRootsCommand } from './taxii-roots.ts'

const collectionWords = 'its alias, title or id'

export function taxiiCommand(): Command {
  return (
    new Command('taxii')
      // Else its own --json would take that of roots.
      .enablePositionalOptions()
      .description('what the TAXII server serves: data collections to read, and owners to read and write')
      .option('--json', 'one JSON object a line')
      .action(async ({ json }: { json?: boolean }) => {
        const target = hubTarget(readCliConfig())
        for await (const collection of rowsOf(target, paths.taxiiCollections, TaxiiCollectionSettingsPage)) {
          if (json === true) say.json(collection)
          else say.row(columnsOf(collection))
        }
      })
      .addCommand(createCommand())
      .addCommand(setCommand())
      .addCommand(removeCommand())
      .addCommand(taxiiRootsCommand())
  )
}

type Fields = {
  description?: string
  alias?: string
  collection?: string
  owner?: string
  tlp?: string
  writable?: string
}

function createCommand(): Command {
  const command = new Command('create')
    .description('serve a data collection, or an owner, and print the id; readers have to be granted it')
    .argument('<title>')
    .requiredOption('--root <name>', 'the API root in which it stands')
  return takesFields(command).action(async (title: string, { root, ...options }: Fields & { root: string }) => {
    const { description, alias, ...fields } = fieldsOf(options)
    const json: CreateTaxiiCollection = {
      root,
      title,
      ...fields,
      ...named('description', description ?? undefined),
      ...named('alias', alias ?? undefined),
    }
    const target = hubTarget(readCliConfig())
    const { id } = await callHub(target, paths.taxiiCollections, TaxiiCollectionSettings, { json })
    say.line(id)
  })
}

function setCommand(): Command {
  const command = new Command('set')
    .description('change a TAXII collection; what no option names stays')
    .argument('<collection>', collectionWords)
    .option('--title <text>', 'another title')
  return takesFields(command).action(async (name: string, { title, ...options }: Fields & { title?: string }) => {
    const json: ChangeTaxiiCollection = { ...named('title', title), ...fieldsOf(options) }
    if (Object.keys(json).length === 0)
      throw new Error('Say what to change: --title, --alias, --tlp … are listed by --help.')
    const target = hubTarget(readCliConfig())
    const { id } = await taxiiCollectionNamed(target, name)
    await callHub(target, paths.taxiiCollection(id), TaxiiCollectionSettings, { method: 'PATCH', json })
    say.line('changed')
  })
}

function removeCommand(): Command {
  return new Command('remove')
    .description('serve a TAXII collection no longer; what it was made of stays')
    .argument('<collection>', collectionWords)
    .action(async (name: string) => {
      const target = hubTarget(readCliConfig())
      const { id } = await taxiiCollectionNamed(target, name)
      await sendToHub(target, paths.taxiiCollection(id), { method: 'DELETE' })
      say.line('removed')
    })
}

function takesFields(command: Command): Command {
  return command
    .option('--collection <name>', 'the data collection that it serves to read')
    .option('--owner <name>', 'in its place, the owner that it serves')
    .option('--description <text>', `for people, or ${none}`)
    .option('--alias <name>', `a name that its address may have in place of the id, or ${none}`)
    .option('--tlp <level>', 'the highest TLP of what it gives; AMBER unless given')
    .option('--writable <yes or no>', 'of an owner: whether clients that are granted it may write to it')
}

function fieldsOf(options: Fields): Omit<ChangeTaxiiCollection, 'title'> {
  const orNull = (text: string | undefined) => (text === none ? null : text)
  return {
    ...named('collection', options.collection),
    ...named('owner', options.owner),
    ...named('description', orNull(options.description)),
    ...named('alias', orNull(options.alias)),
    ...named('tlpMax', options.tlp),
    ...named('canWrite', readYesOrNo('--writable', options.writable)),
  }
}

function columnsOf({ rootName, title, collectionName, ownerName, canWrite, liveCount, url }: TaxiiCollectionSettings) {
  const serves = collectionName === null ? `owner ${ownerName ?? ''}` : `data collection ${collectionName}`
  return [rootName, title, serves, canWrite ? 'read and write' : 'read', formatCountOf(liveCount, 'object'), url]
}
