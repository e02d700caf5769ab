import { canonicalise, indicatorId } from '@postern/intel'
import { IndicatorDetail, paths } from '@postern/protocol'
import { Command } from 'commander'
import { readCliConfig } from '../config.ts'
import { callHub, hubTarget, sendToHub } from '../hub-api.ts'
import { say } from '../say.ts'

export function hashesCommand(): Command {
  return new Command('hashes')
    .description('which hashes of the library are of one file, by the word of an owner')
    .addCommand(showCommand())
    .addCommand(pairCommand('link', 'say that two hashes that an owner has are of one file', 'PUT', 'of one file now'))
    .addCommand(
      pairCommand(
        'separate',
        'take it back that two hashes are of one file, whatever the owner sends later; "link" joins them again',
        'DELETE',
        'separated',
      ),
    )
}

function showCommand(): Command {
  return new Command('show')
    .description('the hashes that owners say are of the same file as one, and those that people separated from it')
    .argument('<hash>', 'MD5, SHA-1 or SHA-256')
    .option('--json', 'as one JSON object')
    .action(async (hash: string, { json }: { json?: boolean }) => {
      const path = paths.indicator(indicatorId('File', canonical(hash)))
      const { links, separations } = await callHub(hubTarget(readCliConfig()), path, IndicatorDetail)
      if (json === true) return say.json({ links, separations })
      for (const { value, kind, owners } of links) say.row(['joined', value, kind, owners.join(', ')])
      for (const { value, kind, owner, separatedBy, separatedAt } of separations)
        say.row(['separated', value, kind, owner, `by ${separatedBy ?? 'somebody'} at ${separatedAt}`])
      if (links.length + separations.length === 0) say.error('No owner joins it with another.')
    })
}

function pairCommand(name: string, description: string, method: 'PUT' | 'DELETE', done: string): Command {
  return new Command(name)
    .description(description)
    .argument('<hash>', 'MD5, SHA-1 or SHA-256')
    .argument('<other>', 'a hash of another kind')
    .option('--owner <name>', 'by whose word; needed where several owners have both')
    .action(async (hash: string, other: string, { owner }: { owner?: string }) => {
      const [one, linked] = [canonical(hash), canonical(other)]
      const path = paths.indicatorLink(indicatorId('File', one), indicatorId('File', linked))
      const query = owner === undefined ? '' : `?${new URLSearchParams({ owner })}`
      await sendToHub(hubTarget(readCliConfig()), path + query, { method })
      say.row([one, linked, done])
    })
}

function canonical(hash: string): string {
  const read = canonicalise('File', hash)
  if (!read.ok) throw new Error(read.message)
  return read.value
}
