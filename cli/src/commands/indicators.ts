import { indicatorId } from '@postern/intel'
import { type Owner, OwnerPage, paths, StatedAssertion } from '@postern/protocol'
import { Command } from 'commander'
import { readCliConfig } from '../config.ts'
import { type HubTarget, hubTarget, ifMatch, sendToHub } from '../hub-api.ts'
import { rowsOf } from '../rows-of.ts'
import { say } from '../say.ts'
import { type AssertionEdits, editsOf } from './assertion-edits.ts'
import { takesValues } from './given-values.ts'
import { takesListEdits } from './list-edits.ts'
import { ofEachValue } from './of-each-value.ts'

type ValueOptions = { owner: string; type?: string; file?: string }

export function indicatorsCommand(): Command {
  return new Command('indicators')
    .description('change and take back what one owner says of indicators; what other owners say stays')
    .addCommand(setCommand())
    .addCommand(removeCommand())
}

function setCommand(): Command {
  const command = valueCommand('set')
    .description('change what the owner says of values; what no option names stays')
    .option('--rating <number>', '0 to 5, or none')
    .option('--confidence <number>', '0 to 100, or none')
    .option('--status <name>', 'Active, Review, Expired, Indirect or Whitelisted')
    .option('--active <yes or no>', 'no takes the owner’s word out of force and keeps all else')
    .option('--first-seen <time>', 'as 2026-01-31T12:00:00Z, or none')
    .option('--last-seen <time>', 'the same')
    .option('--expires <time>', 'the same')
  return takesListEdits(command).action(async (values: string[], options: ValueOptions & AssertionEdits) => {
    const edit = editsOf(options)
    await ofEach(values, options, 'changed', async (target, path) => {
      const { bytes, headers } = await sendToHub(target, path)
      const before = StatedAssertion.parse(JSON.parse(bytes.toString('utf8')))
      await sendToHub(target, path, { method: 'PUT', headers: ifMatch(headers), json: edit(before) })
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

async function ofEach(
  values: readonly string[],
  options: ValueOptions,
  done: string,
  change: (target: HubTarget, path: string) => Promise<void>,
): Promise<void> {
  const target = hubTarget(readCliConfig())
  const owner = await ownerNamed(target, options.owner)
  await ofEachValue(values, options, 'this owner says nothing of', async ({ type, value }) => {
    await change(target, paths.indicatorAssertion(indicatorId(type, value), owner.id))
    say.row([type, value, done])
  })
}

async function ownerNamed(target: HubTarget, name: string): Promise<Owner> {
  for await (const owner of rowsOf(target, paths.owners, OwnerPage)) if (owner.name === name) return owner
  throw new Error(`There is no owner ${name}.`)
}
