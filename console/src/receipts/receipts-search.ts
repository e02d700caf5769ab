import { ReceiptState } from '@postern/protocol'
import * as z from 'zod/mini'
import type { ReceiptFilter } from '../api/receipt-queries.ts'

export const dayChoices = [30, 90, 365] as const
export type DayChoice = (typeof dayChoices)[number]

/** What the receipts over time show, as it stands in the address: `?control=3&target=Blocked&state=drift&day=2026-11-20`. */
export interface ReceiptsSearch {
  control?: string
  target?: string
  state?: ReceiptState
  /** One day of UTC. */
  day?: string
  /** How many days the chart spans; a string, as in the address. */
  days?: string
}

const ControlId = z.string().check(z.regex(/^[1-9]\d{0,17}$/))
const Target = z.string().check(z.minLength(1), z.maxLength(200))
const Days = z.enum(dayChoices.map(String))

/** Reads it from the address; what makes no sense is left out. */
export function readReceiptsSearch(search: Record<string, unknown>): ReceiptsSearch {
  const control = z.safeParse(ControlId, search['control']).data
  const target = z.safeParse(Target, search['target']).data
  const state = z.safeParse(ReceiptState, search['state']).data
  const day = z.safeParse(z.iso.date(), search['day']).data
  const days = z.safeParse(Days, search['days']).data
  return {
    ...(control && { control }),
    // A target belongs to a control: alone it would mean the targets of that name of every control.
    ...(control && target && { target }),
    ...(state && { state }),
    ...(day && { day }),
    ...(days && { days }),
  }
}

export function daysOf({ days }: ReceiptsSearch): DayChoice {
  return dayChoices.find((each) => String(each) === days) ?? 30
}

export function receiptFilterOf({ control, target, state, day }: ReceiptsSearch): ReceiptFilter {
  const dayMs = 86_400_000
  return {
    ...(control && { controlId: control }),
    ...(target && { target }),
    ...(state && { state }),
    ...(day && { from: `${day}T00:00:00Z`, until: new Date(Date.parse(day) + dayMs).toISOString() }),
  }
}
