import type { ExportControl } from '../export/control.ts'
import type { ActionContext, CollectContext, ExportContext } from './context.ts'
import type { Parameters, ValuesOf } from './parameter.ts'

/** What every app says of itself; it becomes `install.json` and `postern.json`. */
export interface AppFacts<P extends Parameters> {
  /** Lower case, with hyphens; the package's folder is made of it: `misp-feed` → `misp_feed_v1`. */
  readonly name: string
  /** 3 to 100 characters. */
  readonly displayName: string
  /** Semantic version. A new major version is installed beside the old one. */
  readonly version: string
  /** What it does, in a sentence or two, for the catalog. */
  readonly note: string
  /** By name. `tc_owner` and `tc_log_level` are added where the platform wants them. */
  readonly parameters: P
  /** Hosts the app needs whatever its parameters say (S7). */
  readonly egress?: readonly string[]
  readonly limits?: {
    readonly timeoutSeconds?: number
    readonly memoryMegabytesMax?: number
    readonly processesMax?: number
    /** Processor time of all processes together. */
    readonly cpuSecondsMax?: number
  }
  /** Names of the values it keeps from run to run (FD-10). */
  readonly state?: readonly string[]
}

/** What a run has to say at its end. `partial`: something was left undone; the exit code is 3. */
export interface Outcome {
  readonly message: string
  readonly partial?: boolean
}

/** Brings indicators in. */
export interface FeedApp<P extends Parameters = Parameters> extends AppFacts<P> {
  readonly kind: 'feed'
  /** Whether it takes back what its source has no longer (`batch.deleteIndicator`). If not, its owner must have deprecation rules (FD-9). */
  readonly deletes?: boolean
  collect(context: CollectContext<ValuesOf<P>>): Promise<Outcome>
}

/** Brings back what a control saw, as Event groups with their indicators. */
export interface AlertsApp<P extends Parameters = Parameters> extends AppFacts<P> {
  readonly kind: 'alerts'
  collect(context: CollectContext<ValuesOf<P>>): Promise<Outcome>
}

/** Pushes a data collection to a control; the SDK does the rest: diff, guards, plan, apply, read back, receipt. */
export interface ExportApp<P extends Parameters = Parameters> extends AppFacts<P> {
  readonly kind: 'export'
  /** Which parameter names the data collection. */
  readonly collection: keyof P & string
  /** Signs in to the control and finds the part of it that the parameters name. */
  open(context: ExportContext<ValuesOf<P>>): Promise<ExportControl>
}

/** Anything else. Not started again by itself when lost, unless it says that it is repeatable (D10). */
export interface ActionApp<P extends Parameters = Parameters> extends AppFacts<P> {
  readonly kind: 'action'
  readonly repeatable?: boolean
  run(context: ActionContext<ValuesOf<P>>): Promise<Outcome>
}

/** An app, whatever it does. */
export type App = FeedApp | AlertsApp | ExportApp | ActionApp

/** Declares a feed. @example see `docs/apps/write-an-app.md` */
export function defineFeed<const P extends Parameters>(definition: Omit<FeedApp<P>, 'kind'>): FeedApp<P> {
  return { ...definition, kind: 'feed' }
}

/** Declares an app that fetches alerts. */
export function defineAlerts<const P extends Parameters>(definition: Omit<AlertsApp<P>, 'kind'>): AlertsApp<P> {
  return { ...definition, kind: 'alerts' }
}

/** Declares an export. */
export function defineExport<const P extends Parameters>(definition: Omit<ExportApp<P>, 'kind'>): ExportApp<P> {
  return { ...definition, kind: 'export' }
}

/** Declares an action. */
export function defineAction<const P extends Parameters>(definition: Omit<ActionApp<P>, 'kind'>): ActionApp<P> {
  return { ...definition, kind: 'action' }
}
