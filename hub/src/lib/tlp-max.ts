import { parseTlp, type TlpLevel, tlpLevels } from '@postern/intel'
import { Problem } from './problem.ts'

/** The highest level that somebody asks for. @throws Problem `invalid` for what is no level; a plus that an address lost is read as one */
export function readTlpMax(text: string): TlpLevel {
  const level = parseTlp(text)
  if (level === undefined) {
    throw new Problem('invalid', 'tlpMax is one of CLEAR, GREEN, AMBER, AMBER+STRICT and RED.')
  }
  return level
}

/** The same as the number that the database keeps, and back: a number that is none permits the least. */
export function tlpMaxNumber(text: string): number {
  return tlpLevels.indexOf(readTlpMax(text))
}

export function tlpMaxOfNumber(number: number): TlpLevel {
  return tlpLevels[number] ?? 'CLEAR'
}
