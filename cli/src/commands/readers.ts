import { readFileSync } from 'node:fs'
import { CreatedReader, CreateReader, paths, Reader, type ReaderGrants, ReaderPage } from '@postern/protocol'
import { Command, Option } from 'commander'
import { collect } from '../collect.ts'
import { readCliConfig } from '../config.ts'
import { callHub, type HubTarget, hubTarget, sendToHub } from '../hub-api.ts'
import { mustBeFile } from '../must-be-file.ts'
import { rowsOf } from '../rows-of.ts'
import { say } from '../say.ts'
import { listNamed } from './list-named.ts'
import { named, none, readListOrNone, readYesOrNo } from './stated-options.ts'
import { taxiiCollectionNamed } from './taxii-collection-named.ts'

export function readersCommand(): Command {
  return (
    new Command('readers')
      // Else its own --json would take that of create.
      .enablePositionalOptions()
      .description('machines that fetch lists and TAXII collections, and what each is granted')
      .option('--json', 'one JSON object a line')
      .action(async ({ json }: { json?: boolean }) => {
        for await (const reader of rowsOf(hubTarget(readCliConfig()), paths.readers, ReaderPage)) {
          if (json === true) say.json(reader)
          else say.row([reader.name, credentialOf(reader), stateOf(reader), originOf(reader), grantsOf(reader)])
        }
      })
      .addCommand(createCommand())
      .addCommand(setCommand())
      .addCommand(removeCommand())
  )
}

type Granted = { list: string[]; taxii: string[]; taxiiWrite: string[] }
type CreateOptions = Granted & {
  credential: CreateReader['credential']
  certificate?: string
  network: string[]
  json?: boolean
}

function createCommand(): Command {
  const command = new Command('create')
    .description('add a reader, and print its credential, which is shown this once')
    .argument('<name>')
    .addOption(
      new Option('--credential <kind>', 'what it shows: basic (a user name and a password), token or certificate')
        .choices(CreateReader.shape.credential.options)
        .makeOptionMandatory(),
    )
  return takesGrants(command)
    .option('--json', 'all of it as one JSON object')
    .action(async (name: string, options: CreateOptions) => {
      const target = hubTarget(readCliConfig())
      const json: CreateReader = {
        name,
        credential: options.credential,
        ...named('certificate', readCertificate(options.certificate)),
        ...named('networks', readListOrNone(options.network)),
        ...(await changedGrants(target, { lists: [], taxiiCollections: [] }, { ...options, unlist: [], untaxii: [] })),
      }
      const made = await callHub(target, paths.readers, CreatedReader, { json })
      if (options.json === true) return say.json(made)
      if (made.password !== null) say.row([made.username ?? '', made.password])
      if (made.token !== null) say.line(made.token)
      if (made.certificateSha256 !== null) say.line(made.certificateSha256)
      return undefined
    })
}

type SetOptions = Granted & {
  unlist: string[]
  untaxii: string[]
  certificate?: string
  network: string[]
  enabled?: string
}

function setCommand(): Command {
  const command = new Command('set')
    .description('change a reader; what no option names stays')
    .argument('<name>', 'its name')
    .option('--enabled <yes or no>', 'no lets it in no longer, and keeps all else')
    .option('--unlist <name>', 'take a list from it; may be repeated, as may those that follow', collect, [])
    .option('--untaxii <collection>', 'take a TAXII collection from it', collect, [])
  return takesGrants(command).action(async (name: string, options: SetOptions) => {
    const fields = {
      ...named('certificate', readCertificate(options.certificate)),
      ...named('networks', readListOrNone(options.network)),
      ...named('isEnabled', readYesOrNo('--enabled', options.enabled)),
    }
    const target = hubTarget(readCliConfig())
    const reader = await readerNamed(target, name)
    const json = { ...fields, ...(await changedGrants(target, reader, options)) }
    if (Object.keys(json).length === 0)
      throw new Error('Say what to change: --list, --network, --enabled … are listed by --help.')
    await callHub(target, paths.reader(reader.id), Reader, { method: 'PATCH', json })
    say.line('changed')
  })
}

function removeCommand(): Command {
  return new Command('remove')
    .description('remove a reader; its credential ends at once')
    .argument('<name>', 'its name')
    .action(async (name: string) => {
      const target = hubTarget(readCliConfig())
      const { id } = await readerNamed(target, name)
      await sendToHub(target, paths.reader(id), { method: 'DELETE' })
      say.line('removed')
    })
}

function takesGrants(command: Command): Command {
  return command
    .option('--list <name>', 'a list that it may fetch; may be repeated, as may those that follow', collect, [])
    .option('--taxii <collection>', 'a TAXII collection that it may read, by its alias, title or id', collect, [])
    .option('--taxii-write <collection>', 'one that it may read and write', collect, [])
    .option('--network <network>', `where it may come from; all that there are, ${none} for anywhere`, collect, [])
    .option('--certificate <file>', 'its certificate as PEM, followed by those of its issuers; never a key')
}

type Grants = Pick<Reader, 'lists' | 'taxiiCollections'>

/** The kinds of grants that the options change, whole. */
async function changedGrants(
  target: HubTarget,
  before: Grants,
  { list, unlist, taxii, taxiiWrite, untaxii }: Granted & { unlist: string[]; untaxii: string[] },
): Promise<ReaderGrants> {
  const grants: ReaderGrants = {}
  if (list.length + unlist.length > 0) {
    const lists = new Set(before.lists.map(({ id }) => id))
    for (const name of list) lists.add((await listNamed(target, name)).id)
    for (const name of unlist) lists.delete((await listNamed(target, name)).id)
    grants.lists = [...lists]
  }
  if (taxii.length + taxiiWrite.length + untaxii.length > 0) {
    const granted = new Map(before.taxiiCollections.map(({ id, canRead, canWrite }) => [id, { canRead, canWrite }]))
    for (const name of taxii)
      granted.set((await taxiiCollectionNamed(target, name)).id, { canRead: true, canWrite: false })
    for (const name of taxiiWrite)
      granted.set((await taxiiCollectionNamed(target, name)).id, { canRead: true, canWrite: true })
    for (const name of untaxii) granted.delete((await taxiiCollectionNamed(target, name)).id)
    grants.taxiiCollections = [...granted].map(([id, may]) => ({ id, ...may }))
  }
  return grants
}

function readCertificate(file: string | undefined): string | undefined {
  if (file === undefined) return undefined
  mustBeFile(file)
  return readFileSync(file, 'utf8')
}

async function readerNamed(target: HubTarget, name: string): Promise<Reader> {
  for await (const reader of rowsOf(target, paths.readers, ReaderPage)) if (reader.name === name) return reader
  throw new Error(`There is no reader ${name}. postern readers lists them.`)
}

function credentialOf({ username, hasToken }: Reader): string {
  if (username !== null) return `user name ${username}`
  return hasToken ? 'token' : 'certificate'
}

function stateOf({ isEnabled, lastUsedAt }: Reader): string {
  if (!isEnabled) return 'disabled'
  return lastUsedAt === null ? 'never came' : `last came ${lastUsedAt}`
}

function originOf({ networks }: Reader): string {
  return networks.length === 0 ? 'from anywhere' : `from ${networks.join(', ')}`
}

function grantsOf({ lists, taxiiCollections }: Reader): string {
  const granted = [
    ...lists.map(({ name }) => name),
    ...taxiiCollections.map(({ title, canWrite }) => (canWrite ? `${title} (writes)` : title)),
  ]
  return granted.length === 0 ? 'is granted nothing' : granted.join(', ')
}
