import { hash } from 'node:crypto'
import type { IndicatorType } from './indicator-types.ts'

/**
 * The key of an indicator (D1): the first 16 bytes of SHA-256(type, 0x00, canonical value), written as a UUID.
 * It is a bare hash: no version or variant bits are set, so it is a UUID to PostgreSQL (`uuid`) and to `z.guid()`, not to `z.uuid()`.
 */
export function indicatorId(type: IndicatorType, value: string): string {
  const hex = indicatorHex(type, value)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`
}

/** The same key as 32 hexadecimal digits: PostgreSQL reads them as the same `uuid`, and who makes many saves the hyphens. */
export function indicatorHex(type: IndicatorType, value: string): string {
  return hash('sha256', `${type}\0${value}`, 'hex').slice(0, 32)
}
