import type { Batch } from '../batch/batch.ts'
import type { Logger } from '../launch/logger.ts'
import type { State } from '../launch/state.ts'
import type { ExternalSession, ExternalSessionOptions } from '../net/external-session.ts'
import type { HubSession } from '../net/hub-session.ts'

/** What every app gets to work with. */
export interface AppContext<Values> {
  readonly parameters: Values
  readonly log: Logger
  /** Values kept from run to run; written only when the run succeeds (FD-10). */
  readonly state: State
  /** Aborted when the run is told to end; pass it on to whatever waits. */
  readonly signal: AbortSignal
  /** A folder of this run alone, removed after it. */
  readonly tempPath: string
  /** Opens a session to a system outside: through the platform's proxy, with our name and version (FD-4). */
  external(options?: ExternalSessionOptions): ExternalSession
}

/** Feeds and alerts write into their owner. */
export interface CollectContext<Values> extends AppContext<Values> {
  readonly hub: HubSession
  /** Name of the owner that everything is written to. */
  readonly owner: string
  readonly batch: Batch
}

/** An export sees nothing of the hub: the engine speaks with it. */
export type ExportContext<Values> = AppContext<Values>

export interface ActionContext<Values> extends AppContext<Values> {
  readonly hub: HubSession
  /** A batch into one owner. */
  batch(owner: string): Batch
}
