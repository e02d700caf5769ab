import { ControlPage, Explanation, type IndicatorExports, paths } from '@postern/protocol'
import { Command } from 'commander'
import { readCliConfig } from '../config.ts'
import { callHub, type HubTarget, hubTarget } from '../hub-api.ts'
import { rowsOf } from '../rows-of.ts'
import { say } from '../say.ts'
import { explainedRows, isKnown, unassertedRows, unassertedWords } from './explained-rows.ts'

type ExplainOptions = { type?: string; control?: string; json?: boolean }

export function explainCommand(): Command {
  return new Command('explain')
    .description(
      'why a value is on a control, and why it is not: from who asserts it to the receipt of each control; exit code 1 if nothing is known of it',
    )
    .argument('<value>', 'an address, a host, a URL, a hash; in any spelling, defanged too')
    .option('--type <type>', 'Address, Host, URL, File …; every one that the value can be, if none is named')
    .option('--control <name>', 'only for this control')
    .option('--json', 'one JSON object a line, one for each indicator that the value names')
    .action(async (value: string, { type, control, json = false }: ExplainOptions) => {
      const target = hubTarget(readCliConfig())
      if (control !== undefined) await requireControl(target, control)
      const query = new URLSearchParams({ value, ...(type === undefined ? {} : { type }) })
      const explanation = await callHub(target, `${paths.explanation}?${query}`, Explanation)
      sayExplanation(explanation, control, json)
    })
}

/** A control that nothing was ever exported to has no receipts; one that is misspelt must not look like it. */
async function requireControl(target: HubTarget, name: string): Promise<void> {
  for await (const control of rowsOf(target, paths.controls, ControlPage)) if (control.name === name) return
  throw new Error(`There is no control ${name}.`)
}

function sayExplanation({ indicators, unasserted }: Explanation, control: string | undefined, json: boolean): void {
  for (const each of indicators) {
    const explained = { ...each, exports: ofControl(each.exports, control) }
    if (json) say.json(explained)
    else for (const row of explainedRows(explained, control)) say.row(row)
  }
  for (const each of unasserted) {
    const remaining = { ...each, exports: ofControl(each.exports, control) }
    if (json) say.json(remaining)
    if (!isKnown(each)) throw new Error(`${unassertedWords(each)} It would be read as ${each.type} ${each.value}.`)
    if (!json) for (const row of unassertedRows(remaining)) say.row(row)
  }
}

function ofControl(exports: IndicatorExports, control: string | undefined): IndicatorExports {
  if (control === undefined) return exports
  const targets = exports.targets.filter(({ controlName }) => controlName === control)
  const plans = exports.plans.filter(({ controlName }) => controlName === control)
  const goThere = new Set([...targets, ...plans].map(({ collectionId }) => collectionId))
  const collections = exports.collections.filter(({ collectionId }) => goThere.has(collectionId))
  return { ...exports, collections, targets, plans }
}
