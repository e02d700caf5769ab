import { type ChangeCollection, type CreateCollection, paths, SavedCollection } from '@postern/protocol'
import { Command } from 'commander'
import { readCliConfig } from '../config.ts'
import { callHub, hubTarget, sendToHub } from '../hub-api.ts'
import { say } from '../say.ts'
import { collectionNamed } from './collection-named.ts'
import { queryOf } from './found-rows.ts'
import { sayHints } from './say-hints.ts'
import { named, readNumber, readYesOrNo } from './stated-options.ts'

type Fields = { file?: string; description?: string; freshness?: string; shared?: string }

export function createCollectionCommand(): Command {
  const command = new Command('create')
    .description('save a query as a data collection, and print its number')
    .argument('<name>')
    .argument('[tql]', `the query, e.g. 'typeName = "Host" and rating >= 3'`)
  return takesFields(command).action(async (name: string, tql: string | undefined, options: Fields) => {
    const wanted: CreateCollection = { name, tql: await queryOf(tql, options.file), ...fieldsOf(options) }
    const saved = await callHub(hubTarget(readCliConfig()), paths.collections, SavedCollection, { json: wanted })
    sayHints(saved)
    say.line(saved.id)
  })
}

export function setCollectionCommand(): Command {
  const command = new Command('set')
    .description('change a data collection; what no option names stays')
    .argument('<name>', 'its name or number')
    .option('--name <name>', 'another name')
    .option('--query <tql>', 'another query; exports, lists and TAXII collections that go by it follow')
  type Options = Fields & { name?: string; query?: string }
  return takesFields(command).action(async (name: string, options: Options) => {
    const { query, file } = options
    const wanted: ChangeCollection = {
      ...named('name', options.name),
      ...(query === undefined && file === undefined ? {} : { tql: await queryOf(query, file) }),
      ...fieldsOf(options),
    }
    if (Object.keys(wanted).length === 0)
      throw new Error('Say what to change: --name, --query, --freshness … are listed by --help.')
    const target = hubTarget(readCliConfig())
    const { id } = await collectionNamed(target, name)
    sayHints(await callHub(target, paths.collection(id), SavedCollection, { method: 'PATCH', json: wanted }))
    say.line('changed')
  })
}

export function removeCollectionCommand(): Command {
  return new Command('remove')
    .description('delete a data collection that no job, list or TAXII collection goes by; its indicators stay')
    .argument('<name>', 'its name or number')
    .action(async (name: string) => {
      const target = hubTarget(readCliConfig())
      const { id } = await collectionNamed(target, name)
      await sendToHub(target, paths.collection(id), { method: 'DELETE' })
      say.line('removed')
    })
}

function takesFields(command: Command): Command {
  return command
    .option('--file <file>', 'a file with the query, which may be long; - is the standard input')
    .option('--description <text>')
    .option('--freshness <seconds>', 'how old a full look at the library may be; 300 unless given')
    .option('--shared <yes or no>', 'no: whoever made it sees it, and administrators')
}

function fieldsOf({ description, freshness, shared }: Fields): Omit<ChangeCollection, 'name' | 'tql'> {
  return {
    ...named('description', description),
    ...named('freshnessSeconds', readNumber('--freshness', freshness)),
    ...named('isShared', readYesOrNo('--shared', shared)),
  }
}
