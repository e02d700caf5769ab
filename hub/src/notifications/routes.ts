import {
  CreateNotificationRule,
  NotificationPage,
  NotificationRule,
  NotificationRulePage,
  paths,
  UpdateNotificationRule,
} from '@postern/protocol'
import * as z from 'zod'
import { person } from '../access/caller.ts'
import { forPeople } from '../access/permissions.ts'
import { done } from '../http/done.ts'
import { pageQuery } from '../http/page-query.ts'
import type { Server } from '../http/server.ts'
import { pageOf } from '../lib/page.ts'
import { rowId } from '../lib/row-id.ts'
import type { NotificationsFeature } from './notifications.ts'

const tags = ['notifications']
const ofOne = { tags, params: z.object({ ruleId: rowId }) }

export function notificationRoutes(server: Server, { list, rules }: NotificationsFeature): void {
  server.get(
    paths.notifications,
    {
      config: forPeople('executions:read'),
      schema: {
        operationId: 'listNotifications',
        tags,
        summary: 'What is the matter, or was, newest first',
        querystring: z.object({ ...pageQuery(rowId).shape, state: z.enum(['open', 'closed']).optional() }),
        response: { 200: NotificationPage },
      },
    },
    async ({ caller, query: { cursor, limit, state } }) => {
      const isOpen = state === undefined ? undefined : state === 'open'
      return pageOf(await list(person(caller).organizationId, { isOpen }, cursor, limit + 1), limit)
    },
  )
  server.get(
    paths.notificationRules,
    {
      config: forPeople('jobs:read'),
      schema: {
        operationId: 'listNotificationRules',
        tags,
        summary: 'Who is told of what by mail, oldest rule first',
        querystring: pageQuery(rowId),
        response: { 200: NotificationRulePage },
      },
    },
    async ({ caller, query: { cursor, limit } }) =>
      pageOf(await rules.list(person(caller).organizationId, cursor, limit + 1), limit),
  )
  server.post(
    paths.notificationRules,
    {
      config: forPeople('jobs:write'),
      schema: {
        operationId: 'createNotificationRule',
        tags,
        summary: 'Tell recipients of what happens to a job, an environment or the whole organization',
        body: CreateNotificationRule,
        response: { 201: NotificationRule },
      },
    },
    async ({ caller, body, ip }, reply) => reply.code(201).send(await rules.create(person(caller), body, ip)),
  )
  server.get(
    paths.notificationRule(':ruleId'),
    {
      config: forPeople('jobs:read'),
      schema: {
        operationId: 'getNotificationRule',
        ...ofOne,
        summary: 'One rule',
        response: { 200: NotificationRule },
      },
    },
    async ({ caller, params }) => await rules.get(person(caller), params.ruleId),
  )
  server.patch(
    paths.notificationRule(':ruleId'),
    {
      config: forPeople('jobs:write'),
      schema: {
        operationId: 'changeNotificationRule',
        ...ofOne,
        summary: 'Change of what a rule tells, or whom',
        body: UpdateNotificationRule,
        response: { 200: NotificationRule },
      },
    },
    async ({ caller, params, body, ip }) => await rules.update(person(caller), params.ruleId, body, ip),
  )
  server.delete(
    paths.notificationRule(':ruleId'),
    {
      config: forPeople('jobs:write'),
      schema: { operationId: 'deleteNotificationRule', ...ofOne, summary: 'Delete a rule', response: { 204: done } },
    },
    async ({ caller, params, ip }, reply) => {
      await rules.remove(person(caller), params.ruleId, ip)
      return reply.code(204).send(null)
    },
  )
}
