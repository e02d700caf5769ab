import {
  type ChangeFirewallList,
  type CreateFirewallList,
  FirewallList,
  listFormats,
  type ListFormat,
  paths,
} from '@postern/protocol'
import { Command, Option } from 'commander'
import { collect } from '../collect.ts'
import { readCliConfig } from '../config.ts'
import { callHub, hubTarget, sendToHub } from '../hub-api.ts'
import { say } from '../say.ts'
import { indicatorTypeNamed } from './indicator-type-named.ts'
import { listNamed } from './list-named.ts'
import { named, none, readListOrNone, readNumber, readNumberOrNone, readYesOrNo } from './stated-options.ts'

type Fields = {
  collection?: string
  format?: ListFormat
  type: string[]
  tlp?: string
  valuesMax?: string
  shrinkPercentMax?: string
  ipv4PrefixMin?: string
  ipv6PrefixMin?: string
  public?: string
  openNetwork: string[]
}

export function createListCommand(): Command {
  const command = new Command('create')
    .description('serve a data collection as a list, and print its address; readers have to be granted it')
    .argument('<name>', 'a part of its address')
    .requiredOption('--collection <name>', 'the data collection that it serves')
    .addOption(new Option('--format <format>', 'what the firewall reads').choices(listFormats).makeOptionMandatory())
  type Options = Fields & { collection: string; format: ListFormat }
  return takesFields(command).action(async (name: string, options: Options) => {
    const { indicatorTypes, valuesMax, ...fields } = fieldsOf(options)
    const wanted: CreateFirewallList = {
      ...fields,
      name,
      collection: options.collection,
      format: options.format,
      ...named('indicatorTypes', indicatorTypes ?? undefined),
      ...named('valuesMax', valuesMax ?? undefined),
    }
    const { url } = await callHub(hubTarget(readCliConfig()), paths.firewallLists, FirewallList, { json: wanted })
    say.line(url)
  })
}

export function setListCommand(): Command {
  const command = new Command('set')
    .description('change a list; what no option names stays')
    .argument('<name>', 'its name')
    .option('--name <name>', 'another name, and so another address')
    .option('--collection <name>', 'another data collection')
    .addOption(new Option('--format <format>', 'another format').choices(listFormats))
  return takesFields(command).action(async (name: string, options: Fields & { name?: string }) => {
    const wanted: ChangeFirewallList = { ...named('name', options.name), ...fieldsOf(options) }
    if (Object.keys(wanted).length === 0)
      throw new Error('Say what to change: --format, --type, --tlp … are listed by --help.')
    const target = hubTarget(readCliConfig())
    const { id } = await listNamed(target, name)
    await callHub(target, paths.firewallList(id), FirewallList, { method: 'PATCH', json: wanted })
    say.line('changed')
  })
}

export function removeListCommand(): Command {
  return new Command('remove')
    .description('serve a list no longer; its data collection stays')
    .argument('<name>', 'its name')
    .action(async (name: string) => {
      const target = hubTarget(readCliConfig())
      const { id } = await listNamed(target, name)
      await sendToHub(target, paths.firewallList(id), { method: 'DELETE' })
      say.line('removed')
    })
}

function takesFields(command: Command): Command {
  return command
    .option('--type <type>', `values of this type alone; may be repeated; ${none}: of every type`, collect, [])
    .option('--tlp <level>', 'the highest TLP of its values; AMBER unless given')
    .option('--values-max <number>', `no more than the firewall takes, or ${none}`)
    .option(
      '--shrink-percent-max <number>',
      'by how much a version may be smaller before it is held back; 50 unless given',
    )
    .option('--ipv4-prefix-min <number>', 'the widest network that it may have; 16 unless given')
    .option('--ipv6-prefix-min <number>', 'the same of IPv6; 32 unless given')
    .option('--public <yes or no>', 'yes: everyone may fetch it, and learns what you know')
    .option(
      '--open-network <network>',
      `from where it is fetched without a credential; may be repeated; ${none}: from nowhere`,
      collect,
      [],
    )
}

function fieldsOf(options: Fields): Omit<ChangeFirewallList, 'name'> {
  const types = readListOrNone(options.type)?.flatMap((each) => indicatorTypeNamed(each) ?? [])
  return {
    ...named('collection', options.collection),
    ...named('format', options.format),
    ...named('indicatorTypes', types?.length === 0 ? null : types),
    ...named('tlpMax', options.tlp),
    ...named('valuesMax', readNumberOrNone('--values-max', options.valuesMax)),
    ...named('shrinkPercentMax', readNumber('--shrink-percent-max', options.shrinkPercentMax)),
    ...named('ipv4PrefixMin', readNumber('--ipv4-prefix-min', options.ipv4PrefixMin)),
    ...named('ipv6PrefixMin', readNumber('--ipv6-prefix-min', options.ipv6PrefixMin)),
    ...named('isPublic', readYesOrNo('--public', options.public)),
    ...named('openNetworks', readListOrNone(options.openNetwork)),
  }
}
