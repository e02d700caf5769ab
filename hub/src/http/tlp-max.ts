import { parseTlp, type TlpLevel } from '@postern/intel'
import { Problem } from '../lib/problem.ts'

/** The highest level that a query asks for. @throws Problem `invalid` for what is no level, saying how to write the one with a plus */
export function readTlpMax(text: string): TlpLevel {
  const level = parseTlp(text)
  if (level === undefined)
    throw new Problem('invalid', 'tlpMax is one of CLEAR, GREEN, AMBER, AMBER+STRICT (as AMBER%2BSTRICT) and RED.')
  return level
}
