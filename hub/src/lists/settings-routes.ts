import {
  ChangeFirewallList,
  CreateFirewallList,
  FirewallList,
  FirewallListPage,
  LeftOutValuePage,
  paths,
  ReleaseHeldVersion,
} from '@postern/protocol'
import * as z from 'zod'
import { person } from '../access/caller.ts'
import { forPeople } from '../access/permissions.ts'
import { done } from '../http/done.ts'
import { pageQuery } from '../http/page-query.ts'
import type { Server } from '../http/server.ts'
import { rowId } from '../lib/row-id.ts'
import type { FirewallLists } from './lists.ts'

const ofOne = { tags: ['readers'], params: z.object({ firewallListId: rowId }) }

/** How people set up lists that firewalls fetch, and let go what a guard holds back. */
export function firewallListSettingsRoutes(server: Server, lists: FirewallLists): void {
  server.get(
    paths.firewallLists,
    {
      config: forPeople('readers:read'),
      schema: {
        operationId: 'listFirewallLists',
        tags: ['readers'],
        summary: 'Lists that firewalls fetch, oldest first; isPublic and openNetworks need no credential',
        querystring: pageQuery(rowId),
        response: { 200: FirewallListPage },
      },
    },
    async ({ caller, query }) => lists.list(person(caller), query.cursor, query.limit),
  )
  server.post(
    paths.firewallLists,
    {
      config: forPeople('readers:write'),
      schema: {
        operationId: 'createFirewallList',
        tags: ['readers'],
        summary: 'Serve a data collection as a list; nobody may fetch it before a reader is granted it',
        body: CreateFirewallList,
        response: { 201: FirewallList },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await lists.create(person(request.caller), request.body, request.ip)),
  )
  server.get(
    paths.firewallList(':firewallListId'),
    {
      config: forPeople('readers:read'),
      schema: {
        operationId: 'getFirewallList',
        ...ofOne,
        summary: 'One list: what it serves, and what is held back and why',
        response: { 200: FirewallList },
      },
    },
    async (request) => lists.get(person(request.caller), request.params.firewallListId),
  )
  server.patch(
    paths.firewallList(':firewallListId'),
    {
      config: forPeople('readers:write'),
      schema: {
        operationId: 'changeFirewallList',
        ...ofOne,
        summary: 'Change a list; one with other values is served when it is written anew, within seconds',
        body: ChangeFirewallList,
        response: { 200: FirewallList },
      },
    },
    async (request) => lists.change(person(request.caller), request.params.firewallListId, request.body, request.ip),
  )
  server.delete(
    paths.firewallList(':firewallListId'),
    {
      config: forPeople('readers:write'),
      schema: {
        operationId: 'deleteFirewallList',
        ...ofOne,
        summary: 'Serve a list no longer; its data collection stays',
        response: { 204: done },
      },
    },
    async (request, reply) => {
      await lists.remove(person(request.caller), request.params.firewallListId, request.ip)
      return reply.code(204).send(null)
    },
  )
  server.get(
    paths.firewallListLeftOut(':firewallListId'),
    {
      config: forPeople('readers:read'),
      schema: {
        operationId: 'listFirewallListLeftOut',
        ...ofOne,
        summary: 'Values that what is served lacks, in the order of the list, and why: the first 10,000 of each reason',
        querystring: pageQuery(z.string().regex(/^\d{1,9}$/)),
        response: { 200: LeftOutValuePage },
      },
    },
    async ({ caller, params, query }) =>
      lists.leftOut(person(caller), params.firewallListId, Number(query.cursor ?? 0), query.limit),
  )
  server.post(
    paths.firewallListRelease(':firewallListId'),
    {
      config: forPeople('readers:write'),
      schema: {
        operationId: 'releaseFirewallList',
        ...ofOne,
        summary: 'Serve the version that is held back, if it is still this one',
        body: ReleaseHeldVersion,
        response: { 200: FirewallList },
      },
    },
    async (request) =>
      lists.release(person(request.caller), request.params.firewallListId, request.body.version, request.ip),
  )
}
