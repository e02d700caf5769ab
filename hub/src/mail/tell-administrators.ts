import type { Db } from '../database/database.ts'
import { mailLimits } from './mail-limits.ts'
import { queueMail } from './mail-queue.ts'
import { isMailSetUp } from './mail-settings.ts'
import type { MailWords } from './mail-text.ts'

/** Mails every administrator of the organization who gave an address; none where mail is not set up. In the change's own transaction. */
export async function tellAdministrators(trx: Db, organizationId: string, words: MailWords, now: Date): Promise<void> {
  if (!(await isMailSetUp(trx))) return
  const administrators = await trx
    .selectFrom('user_account')
    .select('mail_address')
    .distinct()
    .where('organization_id', '=', organizationId)
    .where('role', 'in', ['administrator', 'organization-administrator'])
    .where('disabled_at', 'is', null)
    .where('mail_address', 'is not', null)
    .orderBy('mail_address')
    .limit(mailLimits.administratorsMax)
    .execute()
  for (const { mail_address: address } of administrators)
    if (address !== null) await queueMail(trx, organizationId, address, words, now)
}
