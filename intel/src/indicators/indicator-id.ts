import { hash } from 'node:crypto'
import type { IndicatorType } from './indicator-types.ts'

/**
 * The key of an indicator (D1): the first 16 bytes of SHA-256(type, 0x00, canonical value), written as a UUID.
 * It is a bare hash: no version or variant bits are set, so it is a UUID to PostgreSQL (`uuid`) and to `z.guid()`, not to `z.uuid()`.
 */
export function indicatorId(type: IndicatorType, value: string): string {
  const hex = hash('sha256', `${type}\0${value}`, 'hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`
}
