import { Control, ControlPage, limits, paths, UpdateControl } from '@postern/protocol'
import * as z from 'zod'
import { person } from '../access/caller.ts'
import { forPeople } from '../access/permissions.ts'
import type { Server } from '../http/server.ts'
import type { Controls } from './controls.ts'

const controlId = z.string().regex(/^[1-9]\d{0,17}$/)
const controlParams = z.object({ controlId })

export function controlRoutes(server: Server, controls: Controls): void {
  server.get(
    paths.controls,
    {
      config: forPeople('exports:read'),
      schema: {
        operationId: 'listControls',
        tags: ['exports'],
        summary: 'Controls, oldest first, with the newest receipt of each target',
        querystring: z.object({
          cursor: controlId.optional(),
          limit: z.coerce.number().int().min(1).max(limits.pageRowsMax).default(limits.pageRowsDefault),
        }),
        response: { 200: ControlPage },
      },
    },
    async (request) => {
      const { cursor, limit } = request.query
      const rows = await controls.list(person(request.caller), cursor, limit + 1)
      const data = rows.slice(0, limit)
      const last = data.at(-1)
      return { data, ...(rows.length > limit && last !== undefined ? { next: last.id } : {}) }
    },
  )
  server.get(
    paths.control(':controlId'),
    {
      config: forPeople('exports:read'),
      schema: {
        operationId: 'getControl',
        tags: ['exports'],
        summary: 'One control with the newest receipt of each target',
        params: controlParams,
        response: { 200: Control },
      },
    },
    async (request) => controls.get(person(request.caller), request.params.controlId),
  )
  server.patch(
    paths.control(':controlId'),
    {
      config: forPeople('jobs:write'),
      schema: {
        operationId: 'updateControl',
        tags: ['exports'],
        summary: 'Decide up to which TLP values may leave to this control',
        params: controlParams,
        body: UpdateControl,
        response: { 200: Control },
      },
    },
    async (request) => controls.update(person(request.caller), request.params.controlId, request.body, request.ip),
  )
}
