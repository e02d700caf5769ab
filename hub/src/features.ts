import { Access } from './access/access.ts'
import { createAccounts } from './access/accounts.ts'
import { createSetUp } from './access/set-up.ts'
import { createCatalog } from './apps/apps.ts'
import { Audit } from './audit/audit.ts'
import { createCollections } from './collections/collections.ts'
import { createControls } from './controls/controls.ts'
import type { DatabaseConnection } from './database/database.ts'
import { createEnvironments } from './environments/environments.ts'
import { createPresenceWatch } from './environments/presence-watch.ts'
import { createExclusions } from './exclusions/exclusions.ts'
import { createExecutions } from './executions/executions.ts'
import { createExplain } from './explain/explain.ts'
import { createExports } from './exports/exports.ts'
import { createJobs } from './jobs/jobs.ts'
import { createScheduler } from './jobs/scheduler.ts'
import { createHubKeys } from './keys/hub-keys.ts'
import type { Keys } from './keys/keys.ts'
import { systemClock } from './lib/clock.ts'
import type { Log } from './lib/log.ts'
import { createLibrary } from './library/create-library.ts'
import { createLifecycles } from './lifecycle/lifecycle.ts'
import { createFirewallLists } from './lists/lists.ts'
import { Changes } from './live/changes.ts'
import { createMail } from './mail/mail.ts'
import { createNotifications } from './notifications/notifications.ts'
import type { Notifications } from './live/notifications.ts'
import type { Authority } from './pki/authority.ts'
import { createReaders } from './readers/readers.ts'
import type { Settings } from './settings/settings.ts'
import { createPolicyNarrowings } from './server-settings/policy-narrowings.ts'
import { createServerSettings } from './server-settings/server-settings.ts'
import { createSightings } from './sightings/sightings.ts'
import { createStix } from './stix/stix.ts'
import { removeByBatch } from './taxii/remove-from-owner.ts'
import { createTaxiiSettings } from './taxii/taxii-settings.ts'
import { createTaxii } from './taxii/taxii.ts'
import { createAppUsages } from './app-usage/app-usage.ts'
import { createTelemetryWatch } from './telemetry/telemetry-watch.ts'
import { createTelemetry } from './telemetry/telemetry.ts'

export type FeatureParts = {
  connection: DatabaseConnection
  notifications: Notifications
  keys: Keys
  authority: Authority
  settings: Settings
  serverFilesFolder: string
  /** The Node.js that a bundle carries, if not this process's own. */
  runtimeFile?: string
  /** Whether readers with client certificates have a port to come to. */
  hasReaderPort?: boolean
  log: Log
}

export type Features = ReturnType<typeof createFeatures>

/** Every feature of the hub, each given what it needs and nothing else. */
export function createFeatures({
  connection,
  notifications,
  keys,
  authority,
  settings,
  serverFilesFolder,
  runtimeFile = process.execPath,
  hasReaderPort = false,
  log,
}: FeatureParts) {
  const { db, pool } = connection
  const clock = systemClock
  const steadyMs = () => performance.now()
  const audit = new Audit()
  const changes = new Changes(notifications)
  const access = new Access(connection, audit, clock)
  const executions = createExecutions({ db, keys, clock, steadyMs, audit, log })
  const collections = createCollections({ db, pool, clock, audit, log })
  /** At once after a batch; what this misses, as when the hub dies in between, the worker's next turn finds. */
  function refreshTouched(): void {
    collections
      .refreshTouched()
      .catch((error: unknown) => log.error({ err: error }, 'touched indicators wait for the next turn'))
  }

  const exclusions = createExclusions({ db, clock, audit, log, onTouched: refreshTouched })
  const { matchers } = exclusions
  const library = createLibrary({ db, pool, clock, audit, matchers, onTouched: refreshTouched })
  const lifecycleParts = { db, clock, audit, onTouched: refreshTouched }
  const stix = createStix({ db, pool, audit, batches: library.batches, owners: library.owners, collections })

  const environments = createEnvironments({
    db,
    audit,
    keys,
    authority,
    settings,
    clock,
    serverFilesFolder,
    runtimeFile,
  })
  const readers = createReaders({ db, pool, audit, clock, hasReaderPort })
  const lifecycles = createLifecycles(lifecycleParts)
  const setUp = createSetUp({ db, clock, audit })
  const mail = createMail({ db, keys, clock, audit, log, settings, setUp })

  return {
    audit,
    changes,
    access,
    setUp,
    ...createAccounts({ db, clock, audit, log, access, mail, settings }),
    catalog: createCatalog({ db, audit, keys, clock, log }),
    environments,
    serverSettings: createServerSettings({ db, keys, clock, audit, environments }),
    policyNarrowings: createPolicyNarrowings({ db, keys, clock, audit, environments }),
    hubKeys: createHubKeys({ db, keys, audit, clock, log }),
    presenceWatch: createPresenceWatch({ db, clock, changes }),
    appUsages: createAppUsages({ db, environments }),
    telemetry: createTelemetry({ db, clock, environments, settings }),
    telemetryWatch: createTelemetryWatch({ db, changes }),
    exclusions,
    executions,
    exports: createExports({ db, clock, audit, executions, exclusions }),
    collections,
    controls: createControls({ db, audit }),
    library,
    lifecycles,
    explain: createExplain({ library: library.library, lifecycles, exclusions }),
    sightings: createSightings({ ...lifecycleParts, owners: library.owners }),
    stix,
    readers,
    lists: createFirewallLists({ db, pool, clock, audit, log, settings, collections, readers }),
    taxii: createTaxii({
      db,
      pool,
      clock,
      audit,
      log,
      importBundle: stix.importBundle,
      removeFromOwner: removeByBatch(library.batches),
    }),
    taxiiSettings: createTaxiiSettings({ db, audit, settings }),
    mail,
    notifications: createNotifications({ db, clock, audit, settings }),
    jobs: createJobs({ db, keys, clock, audit, executions }),
    scheduler: createScheduler({ db, clock, steadyMs, executions, log }),
  }
}
