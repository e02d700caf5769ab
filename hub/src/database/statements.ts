import { CompiledQuery } from 'kysely'
import type { Db } from './database.ts'

/** Statements on one connection in one transaction, begun by whoever has it: a batch on its own connection, or Kysely. */
export type Statements = {
  /** The caller says what the statement's rows are, as with pg itself. */
  query<Row extends object = Record<string, unknown>>(
    text: string,
    values?: unknown[],
  ): Promise<{ rows: Row[]; rowCount: number | null }>
}

/** Of a Kysely transaction: for what batches and routes both do. */
export function statementsOf(trx: Db): Statements {
  return {
    async query<Row extends object>(text: string, values: unknown[] = []) {
      const { rows, numAffectedRows } = await trx.executeQuery<Row>(CompiledQuery.raw(text, values))
      return { rows, rowCount: numAffectedRows === undefined ? rows.length : Number(numAffectedRows) }
    },
  }
}
