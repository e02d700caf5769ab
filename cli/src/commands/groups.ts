import { readIndicatorLine } from '@postern/intel'
import {
  AssociatedIndicators,
  type AssociateIndicators,
  type CreateGroup,
  GroupDetail,
  groupLimits,
  paths,
} from '@postern/protocol'
import { Command } from 'commander'
import { collect } from '../collect.ts'
import { readCliConfig } from '../config.ts'
import { callHub, hubTarget, sendToHub } from '../hub-api.ts'
import { say } from '../say.ts'
import { givenValues, takesValues } from './given-values.ts'
import { indicatorTypeNamed } from './indicator-type-named.ts'
import { readAttribute, readInstant, readLabel } from './stated-options.ts'

export function groupsCommand(): Command {
  return new Command('groups')
    .description('make and delete groups, such as incidents and reports, and say which indicators belong to them')
    .addCommand(createCommand())
    .addCommand(associateCommand())
    .addCommand(deleteCommand())
}

type CreateOptions = {
  owner: string
  type: string
  status?: string
  eventDate?: string
  publishDate?: string
  tag: string[]
  label: string[]
  attribute: string[]
}

function createCommand(): Command {
  return new Command('create')
    .description('make a group, and print its id')
    .argument('<name>')
    .requiredOption('--owner <name>', 'whose word it is')
    .requiredOption('--type <type>', 'such as Incident, Report, Campaign or Adversary')
    .option('--status <text>', 'how it stands')
    .option('--event-date <time>', 'when it took place, as 2026-01-31T12:00:00Z')
    .option('--publish-date <time>', 'when it was published')
    .option('--tag <name>', 'a tag; may be repeated, as may those that follow', collect, [])
    .option('--label <name>', 'a security label, such as TLP:AMBER', collect, [])
    .option('--attribute <type=value>', 'e.g. "Description=Seen in case 17"', collect, [])
    .action(async (name: string, { owner, type, status, eventDate, publishDate, ...lists }: CreateOptions) => {
      const wanted: CreateGroup = {
        owner,
        type,
        name,
        ...(status !== undefined && { status }),
        ...(eventDate !== undefined && { eventDate: readInstant('--event-date', eventDate) }),
        ...(publishDate !== undefined && { publishDate: readInstant('--publish-date', publishDate) }),
        tags: lists.tag,
        securityLabels: lists.label.map(readLabel),
        attributes: lists.attribute.map(readAttribute),
      }
      const { id } = await callHub(hubTarget(readCliConfig()), paths.groups, GroupDetail, { json: wanted })
      say.line(id)
    })
}

function associateCommand(): Command {
  return takesValues(new Command('associate').argument('<group>', 'its id, as create printed it and its page has it'))
    .description('say that values belong to a group; what its owner says nothing of yet becomes its indicator too')
    .action(async (group: string, values: string[], options: { file?: string; type?: string }) => {
      const type = indicatorTypeNamed(options.type)
      const lines = await givenValues(values, options.file)
      const target = hubTarget(readCliConfig())
      const path = paths.groupIndicators(encodeURIComponent(group))
      const meant = lines.flatMap((line) => {
        const read = readIndicatorLine(line, type)
        // What is a comment alone is no value; why a line is none, says the hub.
        return read === undefined ? [] : [read.ok ? read.value : line.trim()]
      })
      let [associated, added] = [0, 0]
      for (let from = 0; from < meant.length; from += groupLimits.associatedMax) {
        const indicators = meant
          .slice(from, from + groupLimits.associatedMax)
          .map((value) => ({ value, ...(type !== undefined && { type }) }))
        const json: AssociateIndicators = { indicators }
        const account = await callHub(target, path, AssociatedIndicators, { json })
        associated += account.associated
        added += account.added
        for (const { value, reason } of account.refused) {
          say.error(`${value}: ${reason}`)
          process.exitCode = 3
        }
      }
      say.line(`${associated} associated, ${added} of them new to the owner`)
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
