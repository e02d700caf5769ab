import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { limits, type QueryHint } from '@postern/protocol'
import type { Command } from 'commander'
import type * as z from 'zod'
import { readCliConfig } from '../config.ts'
import { hubTarget } from '../hub-api.ts'
import { mustBeFile } from '../must-be-file.ts'
import { rowsFound } from '../rows-of.ts'
import { say } from '../say.ts'
import { sayHints } from './say-hints.ts'

export type SearchOptions = { file?: string; limit: string; json?: boolean }

/** A command that looks something up by TQL. */
export function takesQuery(command: Command, example: string): Command {
  return command
    .argument('[tql]', `a query, e.g. '${example}'`)
    .option('--file <file>', 'a file with the query, which may be long; - is the standard input')
    .option('--limit <number>', 'rows at most', '100')
    .option('--json', 'one JSON object a line')
}

type Searched<Row> = {
  path: string
  page: z.core.$ZodType<{ data: Row[]; next?: string | undefined; hints?: QueryHint[] | undefined }>
  /** Such as `indicators`. */
  nouns: string
  columnsOf: (row: Row) => string[]
}

/** Prints what a query finds. @returns the query where it found nothing and nothing was said why */
export async function sayFound<Row>(
  given: string | undefined,
  options: SearchOptions,
  { path, page, nouns, columnsOf }: Searched<Row>,
): Promise<string | undefined> {
  const target = hubTarget(readCliConfig())
  const rowsMax = Number(options.limit)
  if (!Number.isInteger(rowsMax) || rowsMax < 1)
    throw new Error(`--limit ${options.limit} is not a whole number above 0.`)
  const tql = await queryOf(given, options.file)
  // One more than is shown tells whether there are more.
  const search = { tql, limit: Math.min(rowsMax + 1, limits.pageRowsMax) }
  let found = 0
  let isReasonTold = false
  const onPage = ({ hints = [] }: { hints?: QueryHint[] | undefined }) => {
    sayHints({ hints })
    isReasonTold ||= hints.length > 0
  }
  for await (const row of rowsFound(target, path, page, search, onPage)) {
    if (found === rowsMax) {
      say.error(`These are the first ${found}; there are more. See --limit.`)
      break
    }
    found += 1
    if (options.json === true) say.json(row)
    else say.row(columnsOf(row))
  }
  // Not among the rows: whoever reads those by a program finds none.
  if (found === 0) say.error(`0 ${nouns} found`)
  return found === 0 && !isReasonTold ? tql : undefined
}

/** @throws Error where there is none, or there are two */
export async function queryOf(tql: string | undefined, file: string | undefined): Promise<string> {
  if (tql !== undefined && file === undefined) return tql
  if (tql !== undefined || file === undefined)
    throw new Error('Write either a query or --file with the name of a file that has one.')
  const query = file === '-' ? await text(process.stdin) : readQuery(file)
  // It would find all that there is, which nobody means by a file.
  if (query.trim() === '') throw new Error('There is no query in the file.')
  return query
}

function readQuery(file: string): string {
  mustBeFile(file)
  return readFileSync(file, 'utf8')
}
