import { ChangeMailSettings, MailPage, MailSettings, MailAnswer, MailTo, paths } from '@postern/protocol'
import { person } from '../access/caller.ts'
import { forPeople, onlyFor } from '../access/permissions.ts'
import { pageQuery } from '../http/page-query.ts'
import { ifMatchHeaders } from '../http/if-match.ts'
import type { Server } from '../http/server.ts'
import { pageOf } from '../lib/page.ts'
import { rowId } from '../lib/row-id.ts'
import { mailLimits } from './mail-limits.ts'
import type { MailFeature } from './mail.ts'

const tags = ['mail']

export function mailRoutes(server: Server, { settings, queue, sendTest, sendSetupLink }: MailFeature): void {
  server.get(
    paths.mailSettings,
    {
      config: forPeople('settings:read'),
      schema: {
        operationId: 'getMailSettings',
        tags,
        summary: 'How the hub sends mail, without the password',
        response: { 200: MailSettings },
      },
    },
    async (_, reply) => {
      const read = await settings.read()
      return reply.header('etag', read.tag).send(read.settings)
    },
  )
  server.put(
    paths.mailSettings,
    {
      config: forPeople('settings:write'),
      schema: {
        operationId: 'changeMailSettings',
        tags,
        summary: 'Say how the hub sends mail; another host or user name forgets the password',
        headers: ifMatchHeaders,
        body: ChangeMailSettings,
        response: { 200: MailSettings },
      },
    },
    async ({ caller, body, ip, headers }, reply) => {
      const changed = await settings.change(caller, body, ip, headers['if-match'])
      return reply.header('etag', changed.tag).send(changed.settings)
    },
  )
  server.post(
    paths.mailTest,
    {
      config: {
        ...forPeople('settings:write'),
        rateLimit: { max: mailLimits.testsAMinuteMax, timeWindow: '1 minute' },
      },
      schema: {
        operationId: 'sendTestMail',
        tags,
        summary: 'Send a test mail at once, and say what the mail server answered',
        body: MailTo,
        response: { 200: MailAnswer },
      },
    },
    async ({ caller, body, ip }) => await sendTest(person(caller), body.to, ip),
  )
  server.post(
    paths.mailedSetupLinks,
    {
      config: onlyFor('access:write', 'machine'),
      schema: {
        operationId: 'mailSetupLink',
        tags,
        summary: "Make a set-up link and mail it; only through the hub's local socket",
        body: MailTo,
        response: { 200: MailAnswer },
      },
    },
    async ({ caller, body }) => await sendSetupLink(caller, body.to),
  )
  server.get(
    paths.mails,
    {
      config: forPeople('settings:read'),
      schema: {
        operationId: 'listMails',
        tags,
        summary: 'Mails that wait, were sent or were given up, newest first; not what they say',
        querystring: pageQuery(rowId),
        response: { 200: MailPage },
      },
    },
    async ({ caller, query: { cursor, limit } }) =>
      pageOf(await queue.list(person(caller).organizationId, cursor, limit + 1), limit),
  )
}
