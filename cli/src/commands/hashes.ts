import { canonicalise, indicatorId } from '@postern/intel'
import { paths } from '@postern/protocol'
import { Command } from 'commander'
import { readCliConfig } from '../config.ts'
import { hubTarget, sendToHub } from '../hub-api.ts'
import { say } from '../say.ts'

export function hashesCommand(): Command {
  return new Command('hashes')
    .description('which hashes of the library are of one file, by the word of an owner')
    .addCommand(pairCommand('link', 'say that two hashes that an owner has are of one file', 'PUT', 'of one file now'))
    .addCommand(
      pairCommand(
        'separate',
        'take it back that two hashes are of one file, whatever the owner sends later',
        'DELETE',
        'separated',
      ),
    )
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
