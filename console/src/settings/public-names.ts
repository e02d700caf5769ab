import type { Settings, UpdateSettings } from '@postern/protocol'

export type PublicNames = Pick<Settings, 'apiURL' | 'appMessageBrokerHost'>

/** What of the draft is another than what is in force, without what a slip of the pen left around it; nothing if all is the same. */
export function changedNames(inForce: PublicNames, draft: PublicNames): UpdateSettings | undefined {
  const apiURL = draft.apiURL.trim().replace(/\/+$/, '')
  const appMessageBrokerHost = draft.appMessageBrokerHost.trim()
  const changes: UpdateSettings = {
    ...(apiURL !== inForce.apiURL && { apiURL }),
    ...(appMessageBrokerHost !== inForce.appMessageBrokerHost && { appMessageBrokerHost }),
  }
  return Object.keys(changes).length === 0 ? undefined : changes
}
