import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { paths } from '@postern/protocol'
import { Command, Option } from 'commander'
import { readCliConfig } from '../config.ts'
import { type HubTarget, hubTarget, streamFromHub } from '../hub-api.ts'
import { say } from '../say.ts'
import { collectionNamed } from './collection-named.ts'
import { leftOutParts } from './left-out-parts.ts'
import { type PlainFormat, plainList } from './value-lines.ts'

/** What `--format` says, and the version of STIX that it means. */
const stixFormats = { stix21: '2.1', stix20: '2.0', stix111: '1.1.1' } as const
type Format = keyof typeof stixFormats | PlainFormat

export function exportCommand(): Command {
  return new Command('export')
    .description('export the newest version of a data collection, as STIX or as a plain list')
    .argument('<collection>', 'its name or number')
    .addOption(
      new Option('--format <format>', 'a bundle of STIX 2.1 or 2.0, a package of STIX 1.1.1, or types and values')
        .choices([...Object.keys(stixFormats), 'csv', 'txt'])
        .default('stix21'),
    )
    .option('--tlp-max <level>', 'leave out what is marked above this level', 'AMBER')
    .option('--out <file>', 'write to this file instead of the terminal')
    .action(async (name: string, options: { format: Format; tlpMax: string; out?: string }) => {
      const target = hubTarget(readCliConfig())
      const { id } = await collectionNamed(target, name)
      const stream = await read(target, id, options)
      // The terminal's stream stays open for whatever else is said.
      if (options.out === undefined) await pipeline(stream, process.stdout, { end: false })
      else await pipeline(stream, createWriteStream(options.out))
    })
}

async function read(
  target: HubTarget,
  id: string,
  { format, tlpMax }: { format: Format; tlpMax: string },
): Promise<Readable> {
  if (format !== 'csv' && format !== 'txt') {
    const query = new URLSearchParams({ specVersion: stixFormats[format], tlpMax })
    return await streamFromHub(target, `${paths.collectionStix(id, 'latest')}?${query}`)
  }
  const lines = await streamFromHub(
    target,
    `${paths.collectionValues(id, 'latest')}?${new URLSearchParams({ tlpMax })}`,
  )
  return Readable.from(plainList(lines, format, sayLeftOut))
}

function sayLeftOut(counts: Record<string, number>): void {
  const parts = leftOutParts(counts)
  // Not among the values: whoever reads those by a program finds none.
  if (parts.length > 0) say.error(`Left out: ${parts.join(', ')}.`)
}
