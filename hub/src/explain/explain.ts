import {
  indicatorId,
  indicatorTypes,
  type NamedIndicator,
  parseIndicatorType,
  readIndicatorTypeName,
} from '@postern/intel'
import type { ExplainedIndicator, Explanation, UnassertedIndicator } from '@postern/protocol'
import type { PersonCaller } from '../access/caller.ts'
import type { ExclusionLists } from '../exclusions/exclusions.ts'
import { Problem } from '../lib/problem.ts'
import type { Library } from '../library/library.ts'
import { namedIndicators } from '../library/named-indicators.ts'
import type { Lifecycles } from '../lifecycle/lifecycle.ts'

export type ExplainParts = { library: Library; lifecycles: Lifecycles; exclusions: ExclusionLists }
/** A value in any spelling; of every type that it can be, where none is named. */
type Asked = { value: string; type?: string | undefined }

export type Explain = ReturnType<typeof createExplain>

/** Why a value is on a control, and why it is not, in one answer from assertion to receipt (LIB-8). */
export function createExplain({ library, lifecycles, exclusions }: ExplainParts) {
  async function explain(caller: PersonCaller, asked: Asked): Promise<Explanation> {
    const named = namedBy(asked)
    const standings = await library.standing(caller, [...named.keys()])
    const asserted = standings.filter(({ isAsserted }) => isAsserted)
    const remaining = standings.filter(({ isAsserted, isOnControl }) => !isAsserted && isOnControl)
    const isKnown = asserted.length + remaining.length > 0
    const unasserted = isKnown ? remaining.flatMap(({ id }) => named.get(id) ?? []) : [asked]
    return {
      indicators: await inTurn(asserted, ({ id }) => explainAsserted(caller, id)),
      unasserted: await inTurn(unasserted, (each) => explainUnasserted(caller, each)),
    }
  }

  async function explainAsserted(caller: PersonCaller, id: string): Promise<ExplainedIndicator> {
    return {
      indicator: await library.detail(caller, id),
      lifecycle: await lifecycles.explain(caller, id),
      exports: await library.exports(caller, id),
    }
  }

  async function explainUnasserted(caller: PersonCaller, asked: Asked): Promise<UnassertedIndicator> {
    const { data } = await exclusions.test(caller, { values: [asked] })
    for (const { type: name, value, problem, exclusions: hits } of data) {
      const type = parseIndicatorType(name ?? '')
      if (type === undefined || problem !== null)
        throw new Problem('invalid', problem ?? 'The value is no indicator of any type.')
      const exports = await library.exportsOfUnasserted(caller, { id: indicatorId(type, value), type, value })
      return { type, value, exclusions: hits, exports }
    }
    throw new Error('a value was tested, and nothing was answered')
  }

  return { explain }
}

/** By id. */
function namedBy({ value, type }: Asked): Map<string, NamedIndicator> {
  const types =
    type === undefined ? indicatorTypes : indicatorTypes.filter((each) => each === readIndicatorTypeName(type))
  return new Map(namedIndicators(value, types).map(({ id, ...named }) => [id, named]))
}

/** One after the other, so that an answer takes one connection at a time. */
async function inTurn<From, To>(all: readonly From[], each: (one: From) => Promise<To>): Promise<To[]> {
  const done: To[] = []
  for (const one of all) done.push(await each(one))
  return done
}
