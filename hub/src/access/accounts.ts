import type { Audit } from '../audit/audit.ts'
import type { DatabaseConnection } from '../database/database.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { MailFeature } from '../mail/mail.ts'
import type { Settings } from '../settings/settings.ts'
import type { Access } from './access.ts'
import { createApiTokens } from './api-tokens.ts'
import { createOwnMailAddress } from './own-mail-address.ts'
import { createPasswordLinks } from './passwords/password-links.ts'
import { createPasswordRequests } from './passwords/password-requests.ts'
import { createUsers } from './users.ts'

export type AccountsParts = {
  db: DatabaseConnection['db']
  clock: Clock
  audit: Audit
  log: Log
  access: Pick<Access, 'requirePassword'>
  mail: Pick<MailFeature, 'sendNow'>
  settings: Pick<Settings, 'publicNames'>
}

export type Accounts = ReturnType<typeof createAccounts>

/** People's accounts, and what belongs to them: passwords by links, mail addresses, API tokens. */
export function createAccounts({ db, clock, audit, log, access, mail, settings }: AccountsParts) {
  const passwordLinks = createPasswordLinks({ db, clock, audit, mail, settings })
  return {
    users: createUsers({ db, clock, audit, links: passwordLinks }),
    passwordLinks,
    passwordRequests: createPasswordRequests({ db, clock, links: passwordLinks, log }),
    ownMailAddress: createOwnMailAddress({ db, audit, access }),
    apiTokens: createApiTokens({ db, clock, audit }),
  }
}
