import { KeptText } from '@postern/protocol'
import * as z from 'zod/mini'
import type { KeptTextFilter } from '../api/kept-text-queries.ts'

/** Longest text that is searched for; the hub takes no longer one. */
export const searchedTextLengthMax = 200
export const searchedTypeLengthMax = 250

const Text = z.string().check(z.minLength(1), z.maxLength(searchedTextLengthMax))
const Type = z.string().check(z.minLength(1), z.maxLength(searchedTypeLengthMax))
const OwnerId = z.string().check(z.regex(/^[1-9]\d{0,17}$/))

/** Reads what is shown from the address, `?text=historian&outcome=kept`; what makes no sense is left out. */
export function readKeptTextsSearch(search: Record<string, unknown>): KeptTextFilter {
  const text = z.safeParse(Text, search['text']).data
  const type = z.safeParse(Type, search['type']).data
  const owner = z.safeParse(OwnerId, search['owner']).data
  const outcome = z.safeParse(KeptText.shape.outcome, search['outcome']).data
  return { ...(text && { text }), ...(type && { type }), ...(owner && { owner }), ...(outcome && { outcome }) }
}
