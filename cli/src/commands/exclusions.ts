import { readFileSync } from 'node:fs'
import {
  CreateExclusionList,
  type ExclusionHit,
  ExclusionHitPage,
  ExclusionList,
  ExclusionListPage,
  ExclusionTest,
  ImportedWarningList,
  paths,
  type WriteExclusionEntries,
} from '@postern/protocol'
import { Command } from 'commander'
import { readCliConfig } from '../config.ts'
import { callHub, HubRefusal, type HubTarget, hubTarget, ifMatch, sendToHub } from '../hub-api.ts'
import { mustBeFile } from '../must-be-file.ts'
import { allRows, largePages, rowsOf } from '../rows-of.ts'
import { say } from '../say.ts'
import { formatCountOf } from './format-count.ts'

const shownRefusalsMax = 20
const valuesAtOnce = 1000

export function exclusionsCommand(): Command {
  return new Command('exclusions')
    .description('lists of values that are blocked, or only marked, at import and export')
    .addCommand(listCommand())
    .addCommand(importCommand())
    .addCommand(testCommand())
    .addCommand(hitsCommand())
}

function listCommand(): Command {
  return new Command('list')
    .description('show the exclusion lists')
    .option('--json', 'one JSON object a line')
    .action(async ({ json }: { json?: boolean }) => {
      const lists = await allLists(hubTarget(readCliConfig()))
      for (const list of lists) {
        if (json === true) say.json(list)
        else say.row([list.name, list.kind, whatItDoes(list), entriesOf(list), formatCountOf(list.hitCount, 'hit')])
      }
      if (lists.length === 0) say.error('0 exclusion lists')
    })
}

function importCommand(): Command {
  return new Command('import')
    .description(
      'bring in a warning list as MISP publishes it (list.json), or a text file with one entry a line; # begins a comment',
    )
    .argument('<file>')
    .option('--name <name>', 'of a text file: the list; made if it does not exist, its entries replaced if it does')
    .option('--kind <kind>', 'of a text file: own, or protected for what must never be exported', 'own')
    .option('--mode <mode>', 'inform or block; a new list of MISP informs, one of your own blocks')
    .option(
      '--confirm',
      'of a text file: it is meant that entries are as broad as *.com or 0.0.0.0/0, or look like a slip, or that it leaves the list empty or takes most of a protected list away',
    )
    .action(async (file: string, { name, kind, mode, confirm }: ImportOptions) => {
      mustBeFile(file)
      if (mode !== undefined && mode !== 'inform' && mode !== 'block')
        throw new Error(`--mode ${mode} is neither inform nor block.`)
      const target = hubTarget(readCliConfig())
      const content = readFileSync(file)
      if (name === undefined) await importPublished(target, content, mode)
      else await writeList(target, { name, kind, mode, confirm }, content.toString('utf8'))
    })
}

async function importPublished(
  target: HubTarget,
  content: Buffer,
  mode: 'inform' | 'block' | undefined,
): Promise<void> {
  if (content.find((byte) => !isBlank(byte)) !== brace)
    throw new Error('This is no list.json of MISP. To write a list of your own from a text file, name it with --name.')
  const headers = { 'content-type': 'application/json' }
  const { list, refused, isNew } = await callHub(target, paths.warningLists, ImportedWarningList, {
    headers,
    body: content,
  })
  if (mode !== undefined) await change(target, list.id, { mode })
  for (const { position, entry, reason } of refused.slice(0, shownRefusalsMax))
    say.error(`entry ${position + 1} (${entry}): ${reason}`)
  if (refused.length > shownRefusalsMax) say.error(`and ${refused.length - shownRefusalsMax} more`)
  say.line(`${isNew ? 'new' : 'brought up to date'}: ${list.name}, ${entriesOf(list)}, ${refused.length} refused`)
  if (refused.length > 0) process.exitCode = 3
}

type ImportOptions = { name?: string; kind: string; mode?: string; confirm?: boolean }
type Wanted = { name: string; kind: string; mode: 'inform' | 'block' | undefined; confirm: boolean | undefined }

async function writeList(
  target: HubTarget,
  { name, kind, mode, confirm = false }: Wanted,
  text: string,
): Promise<void> {
  if (kind !== 'own' && kind !== 'protected') throw new Error(`--kind ${kind} is neither own nor protected.`)
  const entries = text
    .split(/\r?\n/)
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter((entry) => entry !== '')
    .map((entry) => ({ entry }))
  const wanted: CreateExclusionList = { name, kind, ...(mode === undefined ? {} : { mode }) }
  const existing = (await allLists(target)).find((list) => list.name === name)
  const { id } = existing ?? (await callHub(target, paths.exclusionLists, ExclusionList, { json: wanted }))
  const written = callHub(target, paths.exclusionEntries(id), ExclusionList, {
    method: 'PUT',
    headers: await matching(target, id),
    json: { entries, confirm } satisfies WriteExclusionEntries,
  })
  const list = await written.catch(async (refusal: unknown) => {
    if (isRefusal(refusal, 'outdated'))
      throw new Error(`Nothing was changed: somebody else changed ${name} meanwhile. Look at it, and try again.`)
    // A new list whose entries are refused was never wanted empty.
    if (existing === undefined) await sendToHub(target, paths.exclusionList(id), { method: 'DELETE' })
    throw isRefusal(refusal, 'unconfirmed') ? new Error(`${refusal.message} The option is --confirm.`) : refusal
  })
  if (existing !== undefined && mode !== undefined) await change(target, id, { mode })
  say.line(`${existing === undefined ? 'new' : 'replaced'}: ${list.name}, ${entriesOf(list)}`)
}

/** So that what others write from now on is not replaced by what we write. */
async function matching(target: HubTarget, listId: string): Promise<Record<string, string>> {
  const { headers } = await sendToHub(target, `${paths.exclusionEntries(listId)}?limit=1`)
  return ifMatch(headers)
}

/** `unconfirmed`: entries so broad, so like a slip, or so few, that the hub asks whether they are meant. */
function isRefusal(refusal: unknown, code: 'unconfirmed' | 'outdated'): refusal is HubRefusal {
  return refusal instanceof HubRefusal && refusal.code === code
}

async function change(target: HubTarget, listId: string, json: { mode: 'inform' | 'block' }): Promise<void> {
  await callHub(target, paths.exclusionList(listId), ExclusionList, { method: 'PATCH', json })
}

function testCommand(): Command {
  return new Command('test')
    .description('what the lists say of values, without storing anything; exit code 3 if one of them is blocked')
    .argument('<value...>')
    .option('--type <type>', 'the indicator type of all values; guessed if it is absent')
    .option('--json', 'one JSON object a line')
    .action(async (values: string[], { type, json }: { type?: string; json?: boolean }) => {
      const target = hubTarget(readCliConfig())
      for (let from = 0; from < values.length; from += valuesAtOnce) {
        const asked = values
          .slice(from, from + valuesAtOnce)
          .map((value) => ({ value, ...(type === undefined ? {} : { type }) }))
        const { data } = await callHub(target, paths.exclusionTest, ExclusionTest, { json: { values: asked } })
        for (const tested of data) {
          if (json === true) say.json(tested)
          else sayTested(tested)
          if (tested.exclusions.some(({ mode }) => mode === 'block')) process.exitCode = 3
        }
      }
    })
}

function sayTested({ type, value, problem, exclusions }: ExclusionTest['data'][number]): void {
  if (problem !== null) say.row([value, type ?? '', problem])
  else if (exclusions.length === 0) say.row([value, type ?? '', 'on no list'])
  for (const hit of exclusions)
    say.row([value, type ?? '', whatItDoes({ ...hit, isEnabled: true }), `${hit.listName}: ${hit.entry}`])
}

function hitsCommand(): Command {
  return new Command('hits')
    .description(
      'the indicators that a list hits now, each with the entry that does, and the data collections that readers have it from',
    )
    .argument('<list>', 'its name or number')
    .option('--json', 'one JSON object a line')
    .action(async (name: string, { json }: { json?: boolean }) => {
      const target = hubTarget(readCliConfig())
      const { id } = await listNamed(target, name)
      let count = 0
      for await (const hit of rowsOf(target, paths.exclusionHits(id), ExclusionHitPage, largePages)) {
        count += 1
        if (json === true) say.json(hit)
        else say.row([hit.type, hit.value, hit.entry, whoHas(hit)])
      }
      if (count === 0) say.error('0 indicators hit')
    })
}

function whoHas({ isKeptBack, collections }: ExclusionHit): string {
  if (isKeptBack) return 'kept from exports'
  return collections.length === 0 ? 'in no data collection' : collections.map(({ name }) => name).join(', ')
}

async function listNamed(target: HubTarget, name: string): Promise<ExclusionList> {
  const lists = await allLists(target)
  const found = lists.find((list) => list.name === name) ?? lists.find(({ id }) => id === name)
  if (found === undefined) throw new Error(`There is no exclusion list ${name}.`)
  return found
}

function entriesOf({ entryCount }: ExclusionList): string {
  return formatCountOf(entryCount, 'entry', 'entries')
}

type Doing = Pick<ExclusionList, 'kind' | 'mode' | 'atImport' | 'atExport' | 'isEnabled'>

function whatItDoes({ kind, mode, atImport, atExport, isEnabled }: Doing): string {
  if (!isEnabled) return 'disabled'
  const where = [...(atImport ? ['import'] : []), ...(atExport ? ['export'] : [])]
  if (where.length === 0) return 'informs'
  return `${mode === 'block' ? 'blocks' : 'informs'} at ${where.join(' and ')}${kind === 'protected' ? ', protected' : ''}`
}

async function allLists(target: HubTarget): Promise<ExclusionList[]> {
  return await allRows(target, paths.exclusionLists, ExclusionListPage)
}

const brace = 0x7b

/** JSON's white space, and a byte order mark. */
function isBlank(byte: number): boolean {
  return [0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf].includes(byte)
}
