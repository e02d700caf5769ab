import {
  canonicalise,
  type ExclusionHit,
  type IndicatorType,
  readIndicatorLine,
  readIndicatorTypeName,
} from '@postern/intel'
import type { Exclusion, ExclusionTest, TestExclusions } from '@postern/protocol'
import type { ReadyExclusions } from './matchers.ts'

/** What the lists that are enabled now say of values, as the console's tester and the CLI ask it. */
export function testValues({ matcher }: ReadyExclusions, { values }: TestExclusions): ExclusionTest {
  return {
    data: values.map(({ type: named, value }) => {
      const told = typeOf(value, named)
      if ('problem' in told) return { type: null, value, problem: told.problem, exclusions: [] }
      const { type } = told
      const read = canonicalise(type, value)
      if (!read.ok) return { type, value, problem: read.message, exclusions: [] }
      const exclusions = (matcher?.judge(type, read.value) ?? []).map(toExclusion)
      return { type, value: read.value, problem: null, exclusions }
    }),
  }
}

/** As stated, else as lists and pasted lines are read. */
function typeOf(value: string, named: string | undefined): { type: IndicatorType } | { problem: string } {
  if (named !== undefined) {
    const type = readIndicatorTypeName(named)
    return type === undefined ? { problem: `There is no indicator type of the name ${named}.` } : { type }
  }
  const read = readIndicatorLine(value)
  if (read === undefined) return { problem: 'There is no value to read.' }
  return read.ok ? read : { problem: read.reason }
}

export function toExclusion({ list, entry }: ExclusionHit): Exclusion {
  const { id, name, kind, mode, atImport, atExport } = list
  return { listId: id, listName: name, kind, entry, mode, atImport, atExport }
}
