import { canonicalise, indicatorId, type IndicatorType, readIndicatorLine } from '@postern/intel'
import { type Owner, OwnerPage, paths, StatedAssertion } from '@postern/protocol'
import { Command } from 'commander'
import { collect } from '../collect.ts'
import { readCliConfig } from '../config.ts'
import { HubRefusal, type HubTarget, hubTarget, sendToHub } from '../hub-api.ts'
import { rowsOf } from '../rows-of.ts'
import { say } from '../say.ts'
import { type AssertionEdits, editsOf } from './assertion-edits.ts'
import { givenValues, takesValues } from './given-values.ts'
import { indicatorTypeNamed } from './indicator-type-named.ts'

type ValueOptions = { owner: string; type?: string; file?: string }

export function indicatorsCommand(): Command {
  return new Command('indicators')
    .description('change and take back what one owner says of indicators; what other owners say stays')
    .addCommand(setCommand())
    .addCommand(removeCommand())
}

function setCommand(): Command {
  return valueCommand('set')
    .description('change what the owner says of values; what no option names stays')
    .option('--rating <number>', '0 to 5, or none')
    .option('--confidence <number>', '0 to 100, or none')
    .option('--status <name>', 'Active, Review, Expired, Indirect or Whitelisted')
    .option('--active <yes or no>', 'no takes the owner’s word out of force and keeps all else')
    .option('--first-seen <time>', 'as 2026-01-31T12:00:00Z, or none')
    .option('--last-seen <time>', 'the same')
    .option('--expires <time>', 'the same')
    .option('--tag <name>', 'add a tag; may be repeated, as may those that follow', collect, [])
    .option('--untag <name>', 'take a tag out', collect, [])
    .option('--label <name>', 'add a security label, such as TLP:AMBER', collect, [])
    .option('--unlabel <name>', 'take a security label out', collect, [])
    .option(
      '--attribute <type=value>',
      'in place of all attributes of that type, e.g. "Description=Seen in case 17"; without a value it takes them out',
      collect,
      [],
    )
    .action(async (values: string[], options: ValueOptions & AssertionEdits) => {
      const edit = editsOf(options)
      await ofEach(values, options, 'changed', async (target, path) => {
        const { bytes, headers } = await sendToHub(target, path)
        const before = StatedAssertion.parse(JSON.parse(bytes.toString('utf8')))
        const matching: Record<string, string> = headers.etag === undefined ? {} : { 'if-match': headers.etag }
        await sendToHub(target, path, { method: 'PUT', headers: matching, json: edit(before) })
      })
    })
}

function removeCommand(): Command {
  return valueCommand('remove')
    .description('take back all that the owner says of values; an indicator is gone when its last owner takes it back')
    .action(async (values: string[], options: ValueOptions) => {
      await ofEach(values, options, 'removed', async (target, path) => {
        await sendToHub(target, path, { method: 'DELETE' })
      })
    })
}

function valueCommand(name: string): Command {
  return takesValues(new Command(name)).requiredOption('--owner <name>', 'whose word it is')
}

/** One value after the other; what is refused of one stops no other, and ends with exit code 3. */
async function ofEach(
  values: readonly string[],
  options: ValueOptions,
  done: string,
  change: (target: HubTarget, path: string) => Promise<void>,
): Promise<void> {
  const type = indicatorTypeNamed(options.type)
  const lines = await givenValues(values, options.file)
  const target = hubTarget(readCliConfig())
  const owner = await ownerNamed(target, options.owner)
  for (const line of lines) {
    const why = await refusalOf(line, type, async (indicator) => {
      await change(target, paths.indicatorAssertion(indicatorId(indicator.type, indicator.value), owner.id))
      say.row([indicator.type, indicator.value, done])
    })
    if (why === undefined) continue
    say.error(`${line}: ${why}`)
    process.exitCode = 3
  }
}

/** @returns why the value was not changed */
async function refusalOf(
  line: string,
  type: IndicatorType | undefined,
  change: (indicator: { type: IndicatorType; value: string }) => Promise<void>,
): Promise<string | undefined> {
  const read = readIndicatorLine(line, type)
  if (read === undefined) return undefined
  if (!read.ok) return read.reason
  const canonical = canonicalise(read.type, read.value)
  if (!canonical.ok) return canonical.message
  try {
    await change({ type: read.type, value: canonical.value })
    return undefined
  } catch (refusal) {
    // Nothing of the kind is about one value: a hub that is gone, a right that is missing.
    if (!(refusal instanceof HubRefusal) || !aboutOne.has(refusal.code)) throw refusal
    return refusal.code === 'not-found'
      ? `this owner says nothing of the ${read.type} ${canonical.value}.`
      : refusal.message
  }
}

const aboutOne: ReadonlySet<string> = new Set(['not-found', 'invalid', 'conflict', 'outdated'])

async function ownerNamed(target: HubTarget, name: string): Promise<Owner> {
  for await (const owner of rowsOf(target, paths.owners, OwnerPage)) if (owner.name === name) return owner
  throw new Error(`There is no owner ${name}.`)
}
