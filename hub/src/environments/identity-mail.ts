import { consolePages } from '@postern/protocol'
import type { Db } from '../database/database.ts'
import { mailWords } from '../mail/mail-text.ts'
import type { EnvironmentParts } from './environments.ts'

type IdentityNews = {
  row: { name: string; server_xid: string; environment_id: string }
  /** What it did, as a person says it. */
  act: string
  fingerprint: string
  confirmed: boolean
  address: string
}

/** S9: who did not enrol this server, or let it come back, sees at once that somebody did. */
export async function identityMail(
  trx: Db,
  settings: EnvironmentParts['settings'],
  { row, act, fingerprint, confirmed, address }: IdentityNews,
  now: Date,
) {
  const { apiURL } = await settings.publicNames(trx)
  const said = `Environment server ${row.name} (${row.server_xid}) ${act} from ${address}, key fingerprint ${fingerprint}.`
  const next = confirmed ? 'It may run apps.' : 'It runs nothing until somebody confirms that fingerprint.'
  const link = `${apiURL}${consolePages.environmentServer(row.environment_id, row.server_xid)}`
  return mailWords(`Postern: ${row.name} ${act}`, [{ sentence: `${said} ${next}`, link, at: now }], {
    rest: 0,
    more: link,
    why: 'You get this because you administrate the organization. If nobody meant to, take its identity away:',
  })
}
