import { coveringIndicators, parseIndicatorType, quoteTql } from '@postern/intel'
import {
  ControlPage,
  type CoveringIndicator,
  coveringTargets,
  ExclusionTest,
  IndicatorDetail,
  IndicatorExports,
  IndicatorLifecycle,
  IndicatorPage,
  paths,
} from '@postern/protocol'
import { Command } from 'commander'
import { readCliConfig } from '../config.ts'
import { callHub, type HubTarget, hubTarget } from '../hub-api.ts'
import { rowsOf } from '../rows-of.ts'
import { say } from '../say.ts'
import { type Explained, explainedRows, unassertedRows } from './explained-rows.ts'

export function explainCommand(): Command {
  return new Command('explain')
    .description('why a value is on a control, and why it is not: from who asserts it to the receipt of each control')
    .argument('<value>', 'an address, a host, a URL, a hash; in any spelling, defanged too')
    .option('--control <name>', 'only for this control')
    .option('--json', 'one JSON object a line, one for each indicator that the value names')
    .action(async (value: string, { control, json }: { control?: string; json?: boolean }) => {
      const target = hubTarget(readCliConfig())
      if (control !== undefined) await requireControl(target, control)
      const query = new URLSearchParams({ tql: `summary = ${quoteTql(value)}` })
      const { data: found } = await callHub(target, `${paths.indicators}?${query}`, IndicatorPage)
      for (const { id } of found) {
        const explained = ofControl(await explain(target, id), control)
        if (json === true) say.json(explained)
        else for (const row of explainedRows(explained, control)) say.row(row)
      }
      if (found.length === 0) await sayUnknown(target, value)
    })
}

/** A control that nothing was ever exported to has no receipts; one that is misspelt must not look like it. */
async function requireControl(target: HubTarget, name: string): Promise<void> {
  for await (const control of rowsOf(target, paths.controls, ControlPage)) if (control.name === name) return
  throw new Error(`There is no control ${name}.`)
}

async function explain(target: HubTarget, id: string): Promise<Explained> {
  return {
    indicator: await callHub(target, paths.indicator(id), IndicatorDetail),
    lifecycle: await callHub(target, paths.indicatorLifecycle(id), IndicatorLifecycle),
    exports: await callHub(target, paths.indicatorExports(id), IndicatorExports),
  }
}

function ofControl(explained: Explained, control: string | undefined): Explained {
  if (control === undefined) return explained
  const targets = explained.exports.targets.filter(({ controlName }) => controlName === control)
  const goThere = new Set(targets.map(({ collectionId }) => collectionId))
  const collections = explained.exports.collections.filter(({ collectionId }) => goThere.has(collectionId))
  return { ...explained, exports: { ...explained.exports, collections, targets } }
}

/**
 * Nobody asserts it: whether anybody could, what exclusion lists would say then, and what stands for it too. Not among the rows, as in
 * `search`.
 */
async function sayUnknown(target: HubTarget, value: string): Promise<void> {
  const { data } = await callHub(target, paths.exclusionTest, ExclusionTest, { json: { values: [{ value }] } })
  const covering: CoveringIndicator[] = []
  for (const { type, value: read } of data) covering.push(...(await findCovering(target, type, read)))
  const [first, ...places] = unassertedRows(value, covering)
  say.error(first?.join('') ?? '')
  for (const { type, value: read, problem, exclusions } of data) {
    say.error(problem ?? `It would be read as ${type} ${read}.`)
    for (const { listName, entry } of exclusions) say.error(`The exclusion list ${listName} names it: ${entry}`)
  }
  for (const place of places) say.error(place.join(' '))
}

async function findCovering(target: HubTarget, typeName: string | null, value: string): Promise<CoveringIndicator[]> {
  const type = parseIndicatorType(typeName ?? '')
  const covering = type === undefined ? [] : coveringIndicators(type, value)
  if (covering.length === 0) return []
  const query = new URLSearchParams({ tql: `summary in (${covering.map((each) => quoteTql(each.value)).join(', ')})` })
  const { data } = await callHub(target, `${paths.indicators}?${query}`, IndicatorPage)
  const found: CoveringIndicator[] = []
  for (const each of data) {
    const { targets } = await callHub(target, paths.indicatorExports(each.id), IndicatorExports)
    found.push({ id: each.id, type: each.type, value: each.value, targets: coveringTargets(targets) })
  }
  return found
}
