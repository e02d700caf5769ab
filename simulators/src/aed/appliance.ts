import type { AedDialect } from './dialect.ts'
import type { AedIdentity } from './identity.ts'
import type { Intake } from './intake.ts'
import type { AedLimits } from './options.ts'
import type { AlertStore } from './store/alert-store.ts'
import type { Collection } from './store/collection-store.ts'
import type { ObjectStore } from './store/object-store.ts'
import type { StatusStore } from './store/status-store.ts'

/** What both interfaces of the appliance speak about. */
export interface Appliance {
  readonly credentials: Pick<AedIdentity, 'apiToken' | 'stixUsername' | 'stixPassword'>
  readonly dialect: AedDialect
  readonly limits: AedLimits
  readonly collections: readonly Collection[]
  readonly objects: ObjectStore
  readonly statuses: StatusStore
  readonly alerts: AlertStore
  readonly intake: Intake
}
