import { RE2JS } from 're2js'
import { exclusionLimits } from './exclusion-limits.ts'

export type ReadExpression = { ok: true; source: string } | { ok: false; reason: string }

/** PHP's delimiters, as MISP writes expressions: `/^a+$/i`. */
const delimited = /^([/#~])(.*)\1([a-z]*)$/s
const flagsKnown = /^[imsuU]*$/

/**
 * An expression as a list has it, with or without delimiters and flags, as one source for RE2, which takes linear time whatever
 * it is given. Case does not matter. What has no linear-time form, such as back references, is refused.
 */
export function readExpression(entry: string): ReadExpression {
  const { expressionLengthMax, expressionSizeMax } = exclusionLimits
  if (entry.length > expressionLengthMax)
    return { ok: false, reason: `An expression has ${expressionLengthMax} characters at most.` }
  const parts = delimited.exec(entry)
  const [, , body = entry, flags = ''] = parts ?? []
  if (!flagsKnown.test(flags)) return { ok: false, reason: `The flags ${flags} of an expression are not known here.` }
  const source = `(?i${flags.includes('m') ? 'm' : ''}${flags.includes('s') ? 's' : ''}${flags.includes('U') ? 'U' : ''}:${body})`
  try {
    const compiled = RE2JS.compile(source)
    if (compiled.programSize() > expressionSizeMax)
      return { ok: false, reason: 'This expression is too large when its repetitions are written out.' }
    if (compiled.test('')) return { ok: false, reason: 'This expression fits the empty text, and so every value.' }
    return { ok: true, source }
  } catch (error) {
    return { ok: false, reason: `There is no linear-time form of this expression: ${why(error)}.` }
  }
}

function why(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/^error parsing regexp: /, '').slice(0, 200)
}
