import { join } from 'node:path'
import { cancelCommand, connectDatabase, Keys, readSecretKey, SecretBox, signCommand, storeCommand } from '@postern/hub'
import type { CancelCommand } from '@postern/protocol'
import type { SystemUnderTest } from './system-under-test.ts'

/** Commands of the hub's own making: its key signs them, its statement stores them, its notification wakes whoever publishes. */
export type Outbox = AsyncDisposable & {
  /** A command to cancel an attempt that is over, each with a reason of its own. */
  cancelOfEnded(): CancelCommand
  /** Signs and stores the command; the transaction is committed when this resolves. */
  commit(command: CancelCommand): Promise<void>
}

/** @throws Error before the first execution's end */
export async function openOutbox({ database, databaseUrl, dataFolder, serverXid }: SystemUnderTest): Promise<Outbox> {
  const { rows } = await database.query<{ execution_id: string; attempt: number }>(
    `select execution_id, attempt from command
     where acknowledged_at is not null and kind = 'execute' order by created_at desc limit 1`,
  )
  const ended = rows[0]
  if (ended === undefined) throw new Error('No command has been acknowledged yet.')
  const commandFor = { serverXid, executionId: ended.execution_id, attempt: ended.attempt }
  // A connection that breaks fails the next commit, which says so.
  const connection = connectDatabase(databaseUrl, () => {})
  const keys = new Keys(connection.db, new SecretBox(readSecretKey(join(dataFolder, 'secret.key'), false)))
  let count = 0
  return {
    cancelOfEnded: () => cancelCommand(commandFor, `Row ${++count} of the bench.`, new Date()),
    async commit(command) {
      const payload = JSON.stringify(await signCommand(keys, command))
      await connection.db.transaction().execute((trx) => storeCommand(trx, command, payload, new Date()))
    },
    [Symbol.asyncDispose]: () => connection.close(),
  }
}
