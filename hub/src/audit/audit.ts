import type { Db } from '../database/database.ts'
import type { Caller } from '../access/caller.ts'

/** Writes down every change: who, what, on which thing, from where. Rows are only ever added. */
export class Audit {
  /**
   * @param db the transaction of the change itself, so that neither exists without the other
   * @param action `noun.verb`, e.g. `job.create`
   * @param subject what it was done to, e.g. `job 12`
   * @param detail what a reader needs later; never a secret
   * @param address empty on the machine's own door
   */
  async record(
    db: Db,
    actor: Caller,
    action: string,
    subject: string,
    detail: Record<string, unknown> = {},
    address?: string,
  ): Promise<void> {
    await db
      .insertInto('audit_event')
      .values({
        organization_id: actor.kind === 'stranger' ? null : actor.organizationId,
        actor_kind: actor.kind,
        actor_name: actor.name,
        action,
        subject,
        detail: JSON.stringify(detail),
        address: address === undefined || address === '' ? null : address,
      })
      .execute()
  }
}
