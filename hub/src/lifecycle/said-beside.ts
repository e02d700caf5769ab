import type { LifecycleStatus } from '@postern/intel'

/** What an owner said of values that differ from those in force. */
export type SaidBeside = {
  rating?: number | null
  confidence?: number | null
  status?: LifecycleStatus
  active?: boolean
  expires?: string | null
}

type Values<Status extends string, Instant> = {
  rating: number | null
  confidence: number | null
  status: Status
  active: boolean
  expiresAt: Instant | null
}

/**
 * All that an owner said: what is in force, but for what differs from it.
 * @param readInstant reads an instant as the database's JSON spells it
 */
export function saidOf<Status extends string, Instant>(
  { rating, confidence, status, active, expiresAt }: Values<Status, Instant>,
  said: SaidBeside | null,
  readInstant: (text: string) => Instant,
): Values<Status | LifecycleStatus, Instant> {
  return {
    rating: said?.rating === undefined ? rating : said.rating,
    confidence: said?.confidence === undefined ? confidence : said.confidence,
    status: said?.status ?? status,
    active: said?.active ?? active,
    expiresAt: said?.expires === undefined ? expiresAt : said.expires === null ? null : readInstant(said.expires),
  }
}
