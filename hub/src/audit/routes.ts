import { AuditEventPage, paths } from '@postern/protocol'
import * as z from 'zod'
import { forPeople } from '../access/permissions.ts'
import type { Db } from '../database/database.ts'
import { pageQuery } from '../http/page-query.ts'
import type { Server } from '../http/server.ts'
import { pageOf } from '../lib/page.ts'

export function auditRoutes(server: Server, db: Db): void {
  server.get(
    paths.auditEvents,
    {
      config: forPeople('audit:read'),
      schema: {
        operationId: 'listAuditEvents',
        tags: ['audit'],
        summary: 'Every change, newest first',
        querystring: pageQuery(z.string().regex(/^\d{1,18}$/)),
        response: { 200: AuditEventPage },
      },
    },
    async (request) => {
      const { cursor, limit } = request.query
      const caller = request.caller
      let query = db
        .selectFrom('audit_event')
        .selectAll()
        .orderBy('id', 'desc')
        .limit(limit + 1)
      if (cursor !== undefined) query = query.where('id', '<', cursor)
      if (caller.kind !== 'stranger' && !('role' in caller && caller.role === 'administrator')) {
        query = query.where('organization_id', '=', caller.organizationId)
      }
      const rows = await query.execute()
      const { data, ...next } = pageOf(rows, limit)
      return {
        data: data.map((row) => ({
          id: row.id,
          at: row.at.toISOString(),
          actorKind: row.actor_kind,
          actorName: row.actor_name,
          action: row.action,
          subject: row.subject,
          detail: row.detail as Record<string, unknown>,
          address: row.address,
        })),
        ...next,
      }
    },
  )
}
