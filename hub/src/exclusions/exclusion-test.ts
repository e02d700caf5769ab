import { canonicalise, detectType, type ExclusionHit, type IndicatorType, parseIndicatorType } from '@postern/intel'
import type { Exclusion, ExclusionTest, TestExclusions } from '@postern/protocol'
import type { ReadyExclusions } from './matchers.ts'

/** What the lists that are enabled now say of values, as the console's tester and the CLI ask it. */
export function testValues({ matcher }: ReadyExclusions, { values }: TestExclusions): ExclusionTest {
  return {
    data: values.map(({ type: named, value }) => {
      const type = named === undefined ? detectType(value) : parseIndicatorType(named)
      if (type === undefined) return { type: null, value, problem: whyNoType(named), exclusions: [] }
      const read = canonicalise(type, value)
      if (!read.ok) return { type, value, problem: read.message, exclusions: [] }
      const exclusions = (matcher?.judge(type as IndicatorType, read.value) ?? []).map(toExclusion)
      return { type, value: read.value, problem: null, exclusions }
    }),
  }
}

function whyNoType(named: string | undefined): string {
  if (named !== undefined) return `There is no indicator type of the name ${named}.`
  return 'The type cannot be told from the value; name it.'
}

export function toExclusion({ list, entry }: ExclusionHit): Exclusion {
  const { id, name, kind, mode, atImport, atExport } = list
  return { listId: id, listName: name, kind, entry, mode, atImport, atExport }
}
