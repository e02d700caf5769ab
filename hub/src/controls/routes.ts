import { Control, ControlPage, paths, UpdateControl } from '@postern/protocol'
import * as z from 'zod'
import { person } from '../access/caller.ts'
import { forPeople } from '../access/permissions.ts'
import { pageQuery } from '../http/page-query.ts'
import type { Server } from '../http/server.ts'
import { pageOf } from '../lib/page.ts'
import { rowId } from '../lib/row-id.ts'
import type { Controls } from './controls.ts'

const ofOne = { tags: ['exports'], params: z.object({ controlId: rowId }) }

export function controlRoutes(server: Server, controls: Controls): void {
  server.get(
    paths.controls,
    {
      config: forPeople('exports:read'),
      schema: {
        operationId: 'listControls',
        tags: ['exports'],
        summary: 'Controls, oldest first, with the newest receipt of each target',
        querystring: pageQuery(rowId),
        response: { 200: ControlPage },
      },
    },
    async (request) => {
      const { cursor, limit } = request.query
      const rows = await controls.list(person(request.caller), cursor, limit + 1)
      return pageOf(rows, limit)
    },
  )
  server.get(
    paths.control(':controlId'),
    {
      config: forPeople('exports:read'),
      schema: {
        operationId: 'getControl',
        ...ofOne,
        summary: 'One control with the newest receipt of each target',
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
        ...ofOne,
        summary: 'Decide up to which TLP values may leave to this control',
        body: UpdateControl,
        response: { 200: Control },
      },
    },
    async (request) => controls.update(person(request.caller), request.params.controlId, request.body, request.ip),
  )
}
