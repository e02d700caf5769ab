import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { type Collection, CollectionPage, paths } from '@postern/protocol'
import { Command, Option } from 'commander'
import { readCliConfig } from '../config.ts'
import { callHub, type HubTarget, hubTarget, streamFromHub } from '../hub-api.ts'

/** What `--format` says, and the version of STIX that it means. */
const formats = { stix21: '2.1', stix20: '2.0', stix111: '1.1.1' } as const

export function exportCommand(): Command {
  return new Command('export')
    .description('take out a data collection’s newest version as STIX')
    .argument('<collection>', 'its name or number')
    .addOption(
      new Option('--format <format>', 'a bundle of STIX 2.1 or 2.0, or a package of STIX 1.1.1')
        .choices(Object.keys(formats))
        .default('stix21'),
    )
    .option('--tlp-max <level>', 'leave out what is marked above this level', 'AMBER')
    .option('--out <file>', 'write to this file instead of the terminal')
    .action(async (name: string, options: { format: keyof typeof formats; tlpMax: string; out?: string }) => {
      const target = hubTarget(readCliConfig())
      const { id } = await collectionNamed(target, name)
      const query = new URLSearchParams({ specVersion: formats[options.format], tlpMax: options.tlpMax })
      const stream = await streamFromHub(target, `${paths.collectionStix(id, 'latest')}?${query}`)
      // The terminal's stream stays open for whatever else is said.
      if (options.out === undefined) await pipeline(stream, process.stdout, { end: false })
      else await pipeline(stream, createWriteStream(options.out))
    })
}

async function collectionNamed(target: HubTarget, name: string): Promise<Collection> {
  const { data } = await callHub(target, `${paths.collections}?${new URLSearchParams({ name })}`, CollectionPage)
  const found = data.find((collection) => collection.name === name) ?? data[0]
  if (found === undefined) throw new Error(`There is no data collection ${name}.`)
  return found
}
