import { createEnvironments, type Environments } from './environments.ts'
import type { Rehearsal } from '../executions/rehearsal.ts'
import { Authority } from '../pki/authority.ts'
import { Settings } from '../settings/settings.ts'

/** The environments of a rehearsal, for tests; nothing is downloaded from them. */
export function rehearsedEnvironments({ db, audit, keys, clock }: Rehearsal): Environments {
  return createEnvironments({
    db,
    audit,
    keys,
    clock,
    authority: new Authority(keys),
    settings: rehearsedSettings({ db }),
    serverFilesFolder: '',
    runtimeFile: process.execPath,
  })
}

export function rehearsedSettings({ db }: Pick<Rehearsal, 'db'>): Settings {
  return new Settings(db, {
    publicUrl: undefined,
    brokerPublicHost: undefined,
    ports: () => ({ https: 8443, broker: 62_000 }),
  })
}
