import {
  type CreateGroup,
  type Group,
  GroupDetail,
  GroupPage,
  type GroupRelation,
  groupTexts,
  paths,
} from '@postern/protocol'
import { Command } from 'commander'
import { collect } from '../collect.ts'
import { readCliConfig } from '../config.ts'
import { callHub, HubRefusal, hubTarget, ifMatch, sendToHub } from '../hub-api.ts'
import { rowsOf } from '../rows-of.ts'
import { say } from '../say.ts'
import { formatCountOf } from './format-count.ts'
import { sayFound, type SearchOptions, takesQuery } from './found-rows.ts'
import { associateCommand, dissociateCommand, relateCommand, unrelateCommand } from './group-associations.ts'
import { type GroupEdits, groupEditsOf, type GroupFields, groupFieldsOf, takesGroupFields } from './group-edits.ts'
import { takesListEdits } from './list-edits.ts'
import { readAttribute, readLabel } from './stated-options.ts'

export function groupsCommand(): Command {
  return (
    new Command('groups')
      // Else its own --json would take that of the commands below it.
      .enablePositionalOptions()
      .description('groups, such as incidents and reports, and which indicators belong to them')
      .option('--json', 'one JSON object a line')
      .action(async ({ json }: { json?: boolean }) => {
        for await (const group of rowsOf(hubTarget(readCliConfig()), paths.groups, GroupPage)) {
          if (json === true) say.json(group)
          else say.row(columnsOf(group))
        }
      })
      .addCommand(searchCommand())
      .addCommand(showCommand())
      .addCommand(createCommand())
      .addCommand(setCommand())
      .addCommand(associateCommand())
      .addCommand(dissociateCommand())
      .addCommand(relateCommand())
      .addCommand(unrelateCommand())
      .addCommand(deleteCommand())
  )
}

function searchCommand(): Command {
  return takesQuery(new Command('search'), 'typeName = "Incident" and hasTag(name = "apt")')
    .description('look up groups')
    .action(async (tql: string | undefined, options: SearchOptions) => {
      await sayFound(tql, options, { path: paths.groupSearch, page: GroupPage, nouns: 'groups', columnsOf })
    })
}

function columnsOf({ id, type, name, ownerName, tags }: Group): string[] {
  return [id, type, name, ownerName, tags.join(', ')]
}

function showCommand(): Command {
  return new Command('show')
    .description('say what its owner says of a group, and how it stands to others')
    .argument('<group>', 'its id')
    .option('--json', 'as one JSON object')
    .action(async (group: string, { json }: { json?: boolean }) => {
      const detail = await callHub(hubTarget(readCliConfig()), paths.group(encodeURIComponent(group)), GroupDetail)
      if (json === true) say.json(detail)
      else for (const line of describe(detail)) say.line(line)
    })
}

function describe(group: GroupDetail): string[] {
  const { name, type, ownerName, tlp, indicatorCount, tags, securityLabels, attributes, relations } = group
  const said: Record<string, string | null> = {
    status: group.status,
    'took place': group.eventDate,
    published: group.publishDate,
    'first seen': group.firstSeen,
    'last seen': group.lastSeen,
    tags: tags.join(', '),
    'security labels': securityLabels.join(', '),
    ...Object.fromEntries(groupTexts.map((field) => [field, group[field]])),
  }
  return [
    `${name}: ${type} of ${ownerName}${tlp === null ? '' : `, TLP:${tlp}`}, ${formatCountOf(indicatorCount, 'indicator')}`,
    ...Object.entries(said).flatMap(([what, text]) => (text === null || text === '' ? [] : [`${what}: ${text}`])),
    ...attributes.map((attribute) => `attribute ${attribute.type}: ${attribute.value}`),
    ...relations.map(describeRelation),
  ]
}

/** As the console's table of related groups has it. */
function describeRelation({ id, type, name, kind, direction }: GroupRelation): string {
  return `${direction === 'outgoing' ? '→' : '←'} ${kind} ${type} ${name} (${id})`
}

type CreateOptions = GroupFields & { owner: string; type: string; tag: string[]; label: string[]; attribute: string[] }

function createCommand(): Command {
  const command = new Command('create')
    .description('make a group, and print its id')
    .argument('<name>')
    .requiredOption('--owner <name>', 'whose word it is')
    .requiredOption('--type <type>', 'such as Incident, Report, Campaign or Adversary')
    .option('--tag <name>', 'a tag; may be repeated, as may those that follow', collect, [])
    .option('--label <name>', 'a security label, such as TLP:AMBER', collect, [])
    .option('--attribute <type=value>', 'e.g. "Description=Seen in case 17"', collect, [])
  return takesGroupFields(command).action(async (name: string, options: CreateOptions) => {
    const { owner, type, tag, label, attribute } = options
    const wanted: CreateGroup = {
      owner,
      type,
      name,
      ...groupFieldsOf(options),
      tags: tag,
      securityLabels: label.map(readLabel),
      attributes: attribute.map(readAttribute),
    }
    const { id } = await callHub(hubTarget(readCliConfig()), paths.groups, GroupDetail, { json: wanted })
    say.line(id)
  })
}

function setCommand(): Command {
  const command = new Command('set')
    .description('change what its owner says of a group; what no option names stays, and so do its associations')
    .argument('<group>', 'its id')
    .option('--name <name>')
  return takesListEdits(takesGroupFields(command)).action(async (group: string, options: GroupEdits) => {
    const edit = groupEditsOf(options)
    const target = hubTarget(readCliConfig())
    const path = paths.group(encodeURIComponent(group))
    const { bytes, headers } = await sendToHub(target, path)
    const before = GroupDetail.parse(JSON.parse(bytes.toString('utf8')))
    const written = sendToHub(target, path, { method: 'PUT', headers: ifMatch(headers), json: edit(before) })
    await written.catch((refusal: unknown) => {
      if (refusal instanceof HubRefusal && refusal.code === 'outdated')
        throw new Error(
          `Nothing was changed: somebody else changed ${before.name} meanwhile. Look at it, and try again.`,
        )
      throw refusal
    })
    say.line('changed')
  })
}

function deleteCommand(): Command {
  return new Command('delete')
    .description('delete a group with its associations; its indicators stay')
    .argument('<group>', 'its id')
    .action(async (group: string) => {
      await sendToHub(hubTarget(readCliConfig()), paths.group(encodeURIComponent(group)), { method: 'DELETE' })
      say.line('deleted')
    })
}
