import type { DatabaseSync } from 'node:sqlite'

import * as z from 'zod'

import { inTransaction } from './appliance-database.ts'

/**
 * One alert as the appliance knows it; how it is written on the wire is a dialect. No public source shows the real
 * keys of `/alerts/`: these follow the notification kinds and host lists that are public.
 */
export const ApplianceAlert = z.strictObject({
  alertType: z.enum(['Bandwidth', 'Blocked Host', 'Change Log', 'Cloud', 'Deployment', 'Protection', 'System']),
  /** 1 low, 2 medium, 3 high. */
  severity: z.int().min(1).max(3),
  isActive: z.boolean().default(true),
  /** Seconds since 1970. */
  startTime: z.int().min(0),
  updateTime: z.int().min(0),
  description: z.string().max(2_000),
  pgid: z.int().optional(),
  pgName: z.string().max(200).optional(),
  direction: z.enum(['inbound', 'outbound']).optional(),
  hostAddress: z.string().max(100).optional(),
  destinationAddress: z.string().max(100).optional(),
  domain: z.string().max(300).optional(),
  url: z.string().max(2_000).optional(),
  country: z.string().max(100).optional(),
})
export type ApplianceAlert = z.infer<typeof ApplianceAlert>
export type NumberedAlert = ApplianceAlert & { readonly id: number }

/** Older alerts make room, as on a real appliance. */
const alertsMax = 10_000

export class AlertStore {
  #database: DatabaseSync

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  /** @returns the number given to each, in order. */
  add(alerts: readonly ApplianceAlert[]): number[] {
    return inTransaction(this.#database, () => {
      const insert = this.#database.prepare('insert into alert (json) values (?)')
      const ids = alerts.map((alert) => Number(insert.run(JSON.stringify(alert)).lastInsertRowid))
      this.#database.prepare('delete from alert where id <= ?').run((ids.at(-1) ?? 0) - alertsMax)
      return ids
    })
  }

  /** Oldest number first. */
  all(): NumberedAlert[] {
    const rows = this.#database.prepare('select id, json from alert order by id').all()
    // Written by add() above and by nobody else.
    return rows.map((row) => ({ id: Number(row['id']), ...(JSON.parse(String(row['json'])) as ApplianceAlert) }))
  }

  get(id: number): NumberedAlert | undefined {
    return this.all().find((alert) => alert.id === id)
  }
}
