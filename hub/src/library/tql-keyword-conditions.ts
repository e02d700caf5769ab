import type { TqlObject } from '@postern/intel'
import type { KeywordConditions } from './tql-condition-makers.ts'
import { groupKeywords } from './tql-group-keywords.ts'
import { indicatorKeywords } from './tql-indicator-keywords.ts'
import { attributeKeywords, labelKeywords, tagKeywords } from './tql-linked-keywords.ts'

const none: KeywordConditions = {}

/** What each keyword compares: every one of the grammar, but for jobs and executions, which are no part of the library. */
export const keywordConditions: Readonly<Record<TqlObject, KeywordConditions>> = {
  indicator: indicatorKeywords,
  group: groupKeywords,
  tag: tagKeywords,
  attribute: attributeKeywords,
  securityLabel: labelKeywords,
  job: none,
  execution: none,
}
