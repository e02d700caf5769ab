import { type RawBuilder, sql } from 'kysely'
import { Gauge, type Registry } from 'prom-client'
import type { DatabaseConnection } from '../database/database.ts'

type Row = { label?: string; count: string }

const openStates = ['waiting', 'dispatched', 'running'] as const

/** What the hub is doing, counted in the database when somebody asks; every hub gives the same figures. */
export function addHubMetrics(metrics: Registry, db: DatabaseConnection['db']): void {
  const executions = new Gauge({
    name: 'postern_executions_open',
    help: 'Executions that have not ended, by state',
    labelNames: ['state'],
    registers: [metrics],
    async collect() {
      const counted = await sql<Row>`
        select state as label, count(*) as count from execution where finished_at is null group by state`.execute(db)
      for (const state of openStates) {
        executions.set({ state }, Number(counted.rows.find((row) => row.label === state)?.count ?? 0))
      }
    },
  })
  count(
    'postern_commands_unacknowledged',
    'Commands that no environment server has acknowledged yet',
    sql`select count(*) as count from command
        where acknowledged_at is null and withdrawn_at is null and expires_at > now()`,
  )
  count(
    'postern_environment_servers_online',
    'Environment servers heard within the last 20 seconds',
    sql`select count(*) as count from environment_server
        where revoked_at is null and last_heartbeat_at > now() - interval '20 seconds'`,
  )
  count(
    'postern_plans_waiting',
    'Plans that wait for a person',
    sql`select count(*) as count from plan where state = 'waiting'`,
  )

  function count(name: string, help: string, query: RawBuilder<Row>): void {
    const gauge = new Gauge({
      name,
      help,
      registers: [metrics],
      async collect() {
        const { rows } = await query.execute(db)
        gauge.set(Number(rows[0]?.count ?? 0))
      },
    })
  }
}
