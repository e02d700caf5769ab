import {
  type Collection,
  CollectionDetail,
  CollectionPage,
  CollectionPreview,
  LeftOutValuePage,
  limits,
  paths,
} from '@postern/protocol'
import { Command } from 'commander'
import { readCliConfig } from '../config.ts'
import { callHub, hubTarget } from '../hub-api.ts'
import { largePages, rowsFound, rowsOf } from '../rows-of.ts'
import { say } from '../say.ts'
import { collectionNamed } from './collection-named.ts'
import { createCollectionCommand, removeCollectionCommand, setCollectionCommand } from './collection-settings.ts'
import { formatCount, formatCountOf } from './format-count.ts'
import { queryOf } from './found-rows.ts'
import { leftOutParts } from './left-out-parts.ts'
import { sayLeftOut } from './left-out-rows.ts'
import { sayHints } from './say-hints.ts'

/** Characters of a query that are shown to people. */
const shownLengthMax = 300

export function collectionsCommand(): Command {
  const show = new Command('show')
    .description('say how many members one has, and how many of them no reader is given, and why')
    .argument('<name>', 'its name or number')
    .option('--json', 'as one JSON object')
    .action(async (name: string, options: { json?: boolean }) => {
      const target = hubTarget(readCliConfig())
      const { id } = await collectionNamed(target, name)
      const collection = await callHub(target, paths.collection(id), CollectionDetail)
      if (options.json === true) say.json(collection)
      else for (const line of describe(collection)) say.line(line)
    })
  const preview = new Command('preview')
    .description(
      'say how many a query would hold, of which types, and how many of them no reader would be given, and why',
    )
    .argument('[tql]', `a query, e.g. 'typeName = "Host" and rating >= 3'`)
    .option('--file <file>', 'a file with the query, which may be long; - is the standard input')
    .option('--left-out', 'instead name those that no reader would be given, of the first 10,000 that it finds')
    .option('--json', 'as one JSON object; one a line of those that are named')
    .action(async (query: string | undefined, options: { file?: string; leftOut?: boolean; json?: boolean }) => {
      const tql = await queryOf(query, options.file)
      const target = hubTarget(readCliConfig())
      if (options.leftOut === true) {
        const search = { tql, limit: limits.pageRowsMax }
        const values = rowsFound(target, paths.collectionPreviewLeftOut, LeftOutValuePage, search, () => {})
        return await sayLeftOut(values, options)
      }
      const json = { tql }
      const found = await callHub(target, paths.collectionPreview, CollectionPreview, { json })
      sayHints(found)
      if (options.json === true) say.json(found)
      else for (const line of describePreview(found)) say.line(line)
    })
  const leftOut = new Command('left-out')
    .description('name the members that no reader is given, and why')
    .argument('<name>', 'its name or number')
    .option('--tlp <level>', 'also those that a reader of up to this TLP is not given')
    .option('--json', 'one JSON object a line')
    .action(async (name: string, options: { tlp?: string; json?: boolean }) => {
      const target = hubTarget(readCliConfig())
      const { id } = await collectionNamed(target, name)
      const query = { ...largePages, ...(options.tlp === undefined ? {} : { tlpMax: options.tlp }) }
      await sayLeftOut(rowsOf(target, paths.collectionLeftOut(id), LeftOutValuePage, query), options)
    })
  return (
    new Command('collections')
      // Else its own --json would take that of show.
      .enablePositionalOptions()
      .description('data collections: saved queries whose members exports, lists and TAXII carry on')
      .option('--json', 'one JSON object a line')
      .action(async (options: { json?: boolean }) => {
        for await (const collection of rowsOf(hubTarget(readCliConfig()), paths.collections, CollectionPage)) {
          if (options.json === true) say.json(collection)
          else say.row([collection.name, membersOf(collection), beginningOf(collection.tql)])
        }
      })
      .addCommand(show)
      .addCommand(preview)
      .addCommand(createCollectionCommand())
      .addCommand(setCollectionCommand())
      .addCommand(removeCollectionCommand())
      .addCommand(leftOut)
  )
}

function describe(collection: CollectionDetail): string[] {
  return [
    `${collection.name}: ${beginningOf(collection.tql)}`,
    ...(collection.tql.length > shownLengthMax
      ? [`to see all of it: postern collections show ${collection.id} --json`]
      : []),
    `${membersOf(collection)}${collection.refreshedAt === null ? '' : `, fully refreshed at ${collection.refreshedAt}`}`,
    ...leftOutLines(collection.leftOut ?? {}, '', `postern collections left-out ${collection.id}`),
  ]
}

/** A query may be as long as a list of thousands of values. */
function beginningOf(tql: string): string {
  const more = tql.length - shownLengthMax
  return more <= 0 ? tql : `${tql.slice(0, shownLengthMax)} … and ${formatCountOf(more, 'more character')}`
}

function membersOf({ version, count }: Collection): string {
  return version === 0 ? 'no version yet' : `${formatCountOf(count, 'member')} in version ${version}`
}

function describePreview({ total, types, typesStoppedAt, leftOut }: CollectionPreview): string[] {
  const { count, isExact, isLowerBound = false } = total
  const known = isExact ? '' : isLowerBound ? 'more than ' : 'about '
  const of = typesStoppedAt === null ? '' : `of the first ${formatCount(typesStoppedAt)}: `
  const byType = Object.entries(types).map(([type, each]) => `${formatCount(each)} ${type}`)
  return [
    `${known}${formatCountOf(count, 'indicator')}`,
    ...(byType.length === 0 ? [] : [`${of}${byType.join(', ')}`]),
    ...leftOutLines(leftOut, of, 'the same with --left-out'),
  ]
}

/** @param which what names them */
function leftOutLines(leftOut: Readonly<Record<string, number>>, of: string, which: string): string[] {
  const parts = leftOutParts(leftOut)
  return parts.length === 0 ? [] : [`${of}leaves out ${parts.join(', ')}`, `to see which: ${which}`]
}
