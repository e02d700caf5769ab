import { FirewallList, FirewallListPage, LeftOutValuePage, paths } from '@postern/protocol'
import { Command } from 'commander'
import { readCliConfig } from '../config.ts'
import { callHub, hubTarget } from '../hub-api.ts'
import { largePages, rowsOf } from '../rows-of.ts'
import { say } from '../say.ts'
import { leftOutParts } from './left-out-parts.ts'
import { listNamed } from './list-named.ts'
import { createListCommand, removeListCommand, setListCommand } from './list-settings.ts'
import { sayLeftOut } from './left-out-rows.ts'

export function listsCommand(): Command {
  const show = new Command('show')
    .description('say what one list serves, what it leaves out and what is held back')
    .argument('<name>', 'its name')
    .option('--json', 'as one JSON object')
    .action(async (name: string, options: { json?: boolean }) => {
      const list = await listNamed(hubTarget(readCliConfig()), name)
      if (options.json === true) say.json(list)
      else for (const line of describe(list)) say.line(line)
    })
  const leftOut = new Command('left-out')
    .description('name the values that one leaves out, and why: the first 10,000 of each reason')
    .argument('<name>', 'its name')
    .option('--json', 'one JSON object a line')
    .action(async (name: string, options: { json?: boolean }) => {
      const target = hubTarget(readCliConfig())
      const { id } = await listNamed(target, name)
      await sayLeftOut(rowsOf(target, paths.firewallListLeftOut(id), LeftOutValuePage, largePages), options)
    })
  const release = new Command('release')
    .description('serve the version that is held back')
    .argument('<name>', 'the list’s name')
    .action(async (name: string) => {
      const target = hubTarget(readCliConfig())
      const { id, held } = await listNamed(target, name)
      if (held === null) throw new Error(`List ${name} holds no version back.`)
      const json = { version: held.version }
      const { servedCount } = await callHub(target, paths.firewallListRelease(id), FirewallList, { json })
      say.line(`List ${name} serves version ${held.version} with ${servedCount} values now.`)
    })
  return (
    new Command('lists')
      // Else its own --json would take that of show.
      .enablePositionalOptions()
      .description('lists that firewalls fetch')
      .option('--json', 'one JSON object a line')
      .action(async (options: { json?: boolean }) => {
        for await (const list of rowsOf(hubTarget(readCliConfig()), paths.firewallLists, FirewallListPage)) {
          if (options.json === true) say.json(list)
          else say.row([list.name, list.format, `${list.servedCount} values`, stateOf(list), accessOf(list), list.url])
        }
      })
      .addCommand(show)
      .addCommand(leftOut)
      .addCommand(release)
      .addCommand(createListCommand())
      .addCommand(setListCommand())
      .addCommand(removeListCommand())
  )
}

function describe(list: FirewallList): string[] {
  const { servedVersion, servedCount, servedSince, leftOut, held } = list
  // A changed guard judges the version that is served anew.
  const isSame = held?.version === servedVersion
  const left = leftOutParts(leftOut)
  return [
    `${list.name}: ${list.url}`,
    `format ${list.format}, of data collection ${list.collectionName}, up to TLP:${list.tlpMax}, ${accessOf(list)}`,
    servedVersion === 0
      ? 'serves nothing yet'
      : `serves version ${servedVersion} with ${servedCount} values since ${servedSince ?? ''}${isSame ? ', as it was written before' : ''}`,
    ...(left.length === 0
      ? []
      : [`leaves out ${left.join(', ')}`, `to see which: postern lists left-out ${list.name}`]),
    ...(held === null
      ? []
      : [
          `holds version ${held.version} back${isSame ? ' as it was written since' : ''}: ${held.reason}`,
          `to serve it: postern lists release ${list.name}`,
        ]),
  ]
}

function stateOf({ servedVersion, held }: FirewallList): string {
  const served = servedVersion === 0 ? 'serves nothing yet' : `serves version ${servedVersion}`
  return held === null ? served : `${served}, HOLDS BACK version ${held.version}: ${held.reason}`
}

function accessOf({ isPublic, openNetworks }: FirewallList): string {
  if (isPublic) return 'PUBLIC: everyone may fetch it'
  return openNetworks.length === 0 ? 'readers only' : `OPEN to ${openNetworks.join(', ')}`
}
