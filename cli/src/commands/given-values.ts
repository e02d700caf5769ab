import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import type { Command } from 'commander'
import { mustBeFile } from '../must-be-file.ts'
import { formatCount } from './format-count.ts'

/** Each is looked at on its own; what has more goes as a batch. */
const valuesMax = 10_000

/** A command about values that are named, or stand in a file. */
export function takesValues(command: Command): Command {
  return command
    .argument('[value...]', 'addresses, hosts, URLs, hashes …; in any spelling, defanged too')
    .option(
      '--file <file>',
      'a text file with one value a line in place of values; # begins a comment; - is the standard input',
    )
    .option('--type <type>', 'the indicator type of all values; told from each if it is absent')
}

/** @throws Error where there are none, in two places, or too many */
export async function givenValues(values: readonly string[], file: string | undefined): Promise<string[]> {
  if ((values.length === 0) === (file === undefined))
    throw new Error('Write either values or --file with the name of a file that has one a line.')
  const lines = file === undefined ? [...values] : (await readLines(file)).split(/\r?\n/)
  const meant = lines.filter((line) => line.trim() !== '')
  if (meant.length > valuesMax)
    throw new Error(
      `There are ${formatCount(meant.length)} values; ${formatCount(valuesMax)} are permitted. Send them as a batch, which docs/operating/adding-indicators.md tells.`,
    )
  return meant
}

async function readLines(file: string): Promise<string> {
  if (file === '-') return await text(process.stdin)
  mustBeFile(file)
  return readFileSync(file, 'utf8')
}
