import { LiveChange } from '@postern/protocol'
import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import type { Notifications } from './notifications.ts'

const channel = 'postern_change'

/**
 * What changed, told to every hub's browsers (D15): ids only. With an `organizationId`, a changed execution is also told to
 * those of that organization who look at the list of executions, or of receipts; a change of any other kind is told to those of
 * its organization alone.
 */
export type Change = LiveChange & { organizationId?: string }

/** @param db the change's own transaction: it is told when that commits, and never if it does not */
export async function tellChange(db: Db, change: Change): Promise<void> {
  await tellChanges(db, [change])
}

/** Tells many changes in one statement. @param db as of `tellChange` */
export async function tellChanges(db: Db, changes: readonly Change[]): Promise<void> {
  if (changes.length === 0) return
  const told = changes.map((change) => JSON.stringify(change))
  await sql`select pg_notify(${channel}, payload) from unnest(${told}::text[]) as payload`.execute(db)
}

/** Carries changes from whoever makes them to the live pages of every hub. */
export class Changes {
  readonly #notifications: Notifications
  readonly #listeners = new Set<(change: Change) => void>()

  constructor(notifications: Notifications) {
    this.#notifications = notifications
  }

  /** Tells the browsers of this hub alone what every hub finds out by itself, such as that time has passed. */
  tellHere(change: Change): void {
    for (const listener of this.#listeners) listener(change)
  }

  /** @returns what ends the listening */
  on(listener: (change: Change) => void): () => void {
    const stop = this.#notifications.on(channel, (payload) => {
      const change = read(payload)
      if (change !== undefined) listener(change)
    })
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
      stop()
    }
  }

  /** Hears of moments after which changes may have been missed. */
  onGap(listener: () => void): () => void {
    return this.#notifications.onGap(listener)
  }
}

/** A newer hub beside this one may tell of changes that this one does not know; they are left out. */
function read(payload: string): Change | undefined {
  const json: unknown = JSON.parse(payload)
  const { organizationId } = json as { organizationId?: unknown }
  const change = LiveChange.safeParse(json)
  if (!change.success) return undefined
  return { ...change.data, ...(typeof organizationId === 'string' ? { organizationId } : {}) }
}
