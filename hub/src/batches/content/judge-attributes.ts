import type { AttributeRules, GroupType, IndicatorType } from '@postern/intel'
import type { SentAttribute } from './read-common-fields.ts'
import { notValid, refusalCodes } from './refusal-codes.ts'

type Of = { kind: 'indicator'; type: IndicatorType } | { kind: 'group'; type: GroupType }

export type JudgedAttributes = {
  kept: SentAttribute[]
  /** Why others were left out; undefined where none was. */
  part: { code: string; reason: string } | undefined
}

/** Leaves out attributes that break the rules of their types: the item is written without them, and its line of the ledger says so. */
export function judgeAttributes(
  rules: AttributeRules,
  of: Of,
  summary: string,
  sent: readonly SentAttribute[],
): JudgedAttributes {
  let firstWhy: string | undefined
  const kept = sent.filter(({ type, value }) => {
    const why = rules.whyNot(of, type, value)
    firstWhy ??= why
    return why === undefined
  })
  if (firstWhy === undefined) return { kept, part: undefined }
  const leftOut = sent.length - kept.length
  const more = leftOut === 1 ? 'The attribute was left out.' : `${leftOut} attributes were left out.`
  const code = of.kind === 'indicator' ? refusalCodes.indicatorPartly : refusalCodes.groupPartly
  return { kept, part: { code, reason: notValid(of.type, summary, `${firstWhy} ${more}`) } }
}
