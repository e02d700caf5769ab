import { indicatorId, readIndicatorLine } from '@postern/intel'
import { AssociatedIndicators, type AssociateIndicators, GroupDetail, groupLimits, paths } from '@postern/protocol'
import { Command } from 'commander'
import { readCliConfig } from '../config.ts'
import { callHub, hubTarget, sendToHub } from '../hub-api.ts'
import { say } from '../say.ts'
import { formatCount } from './format-count.ts'
import { givenValues, takesValues } from './given-values.ts'
import { indicatorTypeNamed } from './indicator-type-named.ts'
import { ofEachValue } from './of-each-value.ts'

const { associatedMax, valueCharactersMax } = groupLimits
/** Of a value that is refused for its length. */
const charactersNamed = 60

type ValueOptions = { file?: string; type?: string }

export function associateCommand(): Command {
  return takesValues(new Command('associate').argument('<group>', 'its id, as create printed it and its page has it'))
    .description('say that values belong to a group; what its owner says nothing of yet becomes its indicator too')
    .action(async (group: string, values: string[], options: ValueOptions) => {
      const type = indicatorTypeNamed(options.type)
      const target = hubTarget(readCliConfig())
      const path = paths.groupIndicators(encodeURIComponent(group))
      const meant = (await givenValues(values, options.file)).flatMap((line) => {
        const read = readIndicatorLine(line, type)
        // What is a comment alone is no value; why a line is none, says the hub.
        return read === undefined ? [] : [read.ok ? read.value : line.trim()]
      })
      const sent = meant.filter((value) => !isTooLong(value))
      let [associated, added] = [0, 0]
      for (let from = 0; from < sent.length; from += associatedMax) {
        const indicators = sent
          .slice(from, from + associatedMax)
          .map((value) => ({ value, ...(type !== undefined && { type }) }))
        const json: AssociateIndicators = { indicators }
        const account = await callHub(target, path, AssociatedIndicators, { json })
        associated += account.associated
        added += account.added
        for (const { value, reason } of account.refused) refuse(value, reason)
      }
      say.line(`${associated} associated, ${added} of them new to the owner`)
    })
}

/** The hub would refuse the whole request for it. */
function isTooLong(value: string): boolean {
  if (value.length <= valueCharactersMax) return false
  const has = `It has ${formatCount(value.length)} characters; ${formatCount(valueCharactersMax)} are permitted.`
  refuse(`${value.slice(0, charactersNamed)}…`, has)
  return true
}

function refuse(value: string, reason: string): void {
  say.error(`${value}: ${reason}`)
  process.exitCode = 3
}

export function dissociateCommand(): Command {
  return takesValues(new Command('dissociate').argument('<group>', 'its id'))
    .description('take back that values belong to a group; both stay')
    .action(async (group: string, values: string[], options: ValueOptions) => {
      const target = hubTarget(readCliConfig())
      const { id } = await callHub(target, paths.group(encodeURIComponent(group)), GroupDetail)
      await ofEachValue(values, options, 'the group does not have', async ({ type, value }) => {
        await sendToHub(target, paths.groupIndicator(id, indicatorId(type, value)), { method: 'DELETE' })
        say.row([type, value, 'taken out'])
      })
    })
}

export function relateCommand(): Command {
  return relationCommand('relate', 'say how a group stands to another one of its owner', 'PUT', 'related')
}

export function unrelateCommand(): Command {
  return relationCommand('unrelate', 'take back how a group stands to another; both stay', 'DELETE', 'taken back')
}

function relationCommand(name: string, description: string, method: string, done: string): Command {
  return new Command(name)
    .description(description)
    .argument('<group>', 'its id')
    .argument('<other>', 'the id of the other')
    .option('--kind <kind>', 'how the first stands to the other, in STIX’s words, such as uses', 'related-to')
    .action(async (group: string, other: string, { kind }: { kind: string }) => {
      const path = paths.groupRelation(encodeURIComponent(group), encodeURIComponent(other))
      await sendToHub(hubTarget(readCliConfig()), `${path}?${new URLSearchParams({ kind })}`, { method })
      say.line(done)
    })
}
