import { RE2JS } from 're2js'
import { attributeLimits } from './attribute-limits.ts'
import type { GroupType } from '../indicators/group-types.ts'
import type { IndicatorType } from '../indicators/indicator-types.ts'

/** What attributes of one type may hold. The pattern has been read (`readAttributePattern`). */
export type AttributeRule = {
  name: string
  /** Types that may have it; null means all. */
  indicatorTypes: readonly string[] | null
  groupTypes: readonly string[] | null
  /** UTF-16 units. */
  lengthMax: number
  /** RE2 syntax; a value must match it as a whole. */
  pattern: string | null
  /** The values that there are; null means any. */
  choices: readonly string[] | null
}

/** A pattern takes linear time whatever it is given (S14): what has no such form, such as back references, is refused. */
export function readAttributePattern(pattern: string): { ok: true } | { ok: false; reason: string } {
  try {
    if (RE2JS.compile(pattern).programSize() > attributeLimits.patternSizeMax)
      return { ok: false, reason: 'This pattern is too large when its repetitions are written out.' }
    return { ok: true }
  } catch (error) {
    const why = (error instanceof Error ? error.message : String(error)).replace(/^error parsing regexp: /, '')
    return { ok: false, reason: `There is no linear-time form of this pattern: ${why.slice(0, 200)}.` }
  }
}

type CompiledRule = AttributeRule & { expression: RE2JS | undefined; choiceSet: ReadonlySet<string> | undefined }

/** The rules of an organization, compiled once for many values. Names are compared without regard to case. */
export class AttributeRules {
  readonly #rules: ReadonlyMap<string, CompiledRule>

  constructor(rules: readonly AttributeRule[]) {
    this.#rules = new Map(rules.map((rule) => [attributeKey(rule.name), compile(rule)]))
  }

  /** @returns why an item of this type may not have this value, as a sentence; undefined where it may */
  whyNot(
    of: { kind: 'indicator'; type: IndicatorType } | { kind: 'group'; type: GroupType },
    name: string,
    value: string,
  ): string | undefined {
    if (this.#rules.size === 0) return undefined
    const rule = this.#rules.get(attributeKey(name))
    if (rule === undefined) return undefined
    const types = of.kind === 'indicator' ? rule.indicatorTypes : rule.groupTypes
    if (types !== null && !types.includes(of.type)) return `A ${of.type} has no ${rule.name}.`
    if (value.length > rule.lengthMax)
      return `Its ${rule.name} has ${value.length} characters; ${rule.lengthMax} are permitted.`
    if (rule.choiceSet !== undefined && !rule.choiceSet.has(value)) return `Its ${rule.name} is none of the choices.`
    if (rule.expression !== undefined && !rule.expression.matches(value))
      return `Its ${rule.name} does not match the pattern.`
    return undefined
  }
}

/** Under which a name is the same in any spelling of its letters. */
export function attributeKey(name: string): string {
  return name.toLowerCase()
}

function compile(rule: AttributeRule): CompiledRule {
  return {
    ...rule,
    expression: rule.pattern === null ? undefined : RE2JS.compile(rule.pattern),
    choiceSet: rule.choices === null ? undefined : new Set(rule.choices),
  }
}

/** The types that ThreatConnect has from the start and that its apps send; each without rules. */
export const builtInAttributeTypes: readonly string[] = [
  'Additional Analysis and Context',
  'Adversary Motivation Type',
  'Adversary Type',
  'Aliases',
  'Capabilities',
  'Course of Action Recommendation',
  'Course of Action Taken',
  'Description',
  'External ID',
  'First Seen',
  'Last Seen',
  'Objective',
  'Phase of Intrusion',
  'Source',
  'Source Date Time',
  'Tactics, Techniques, and Procedures',
  'Target Country',
  'Target Industry Sector',
  'Title',
]
