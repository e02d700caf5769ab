import {
  CreateJob,
  Execution,
  Job,
  JobPage,
  paths,
  Schedule,
  SchedulePreview,
  schedulePreviewRunsMax,
  SkippedRunPage,
  UpdateJob,
} from '@postern/protocol'
import * as z from 'zod'
import { person } from '../access/caller.ts'
import { forPeople } from '../access/permissions.ts'
import { done } from '../http/done.ts'
import { pageQuery } from '../http/page-query.ts'
import type { Server } from '../http/server.ts'
import { pageOf } from '../lib/page.ts'
import { rowId } from '../lib/row-id.ts'
import type { Jobs } from './jobs.ts'

const ofOne = { tags: ['jobs'], params: z.object({ jobId: z.string().max(64) }) }

export function jobRoutes(server: Server, jobs: Jobs): void {
  server.get(
    paths.jobs,
    {
      config: forPeople('jobs:read'),
      schema: {
        operationId: 'listJobs',
        tags: ['jobs'],
        summary: 'Jobs of your organization',
        querystring: pageQuery(rowId).extend({
          environmentId: rowId.optional(),
          appId: rowId.optional(),
          contains: z.string().min(1).max(64).optional().describe('A part of the name'),
        }),
        response: { 200: JobPage },
      },
    },
    async (request) => {
      const { cursor, limit, ...filter } = request.query
      const rows = await jobs.list(person(request.caller), filter, cursor, limit + 1)
      return pageOf(rows, limit)
    },
  )

  server.post(
    paths.jobs,
    {
      config: forPeople('jobs:write'),
      schema: {
        operationId: 'createJob',
        tags: ['jobs'],
        summary: 'Make a job: an app with its parameters, environment and schedule',
        body: CreateJob,
        response: { 201: Job },
      },
    },
    async (request, reply) => reply.code(201).send(await jobs.create(person(request.caller), request.body, request.ip)),
  )

  server.get(
    paths.schedulePreview,
    {
      config: forPeople('jobs:read'),
      schema: {
        operationId: 'previewSchedule',
        tags: ['jobs'],
        summary: 'What a schedule comes to: as it would be stored, and its next times; nothing is saved',
        querystring: z.object({
          cron: Schedule.shape.cron,
          timeZone: Schedule.shape.timeZone,
          runs: z.coerce.number().int().min(1).max(schedulePreviewRunsMax).default(5),
        }),
        response: { 200: SchedulePreview },
      },
    },
    async (request) => {
      const { runs, ...schedule } = request.query
      return jobs.previewSchedule(schedule, runs)
    },
  )

  server.get(
    paths.job(':jobId'),
    {
      config: forPeople('jobs:read'),
      schema: {
        operationId: 'getJob',
        ...ofOne,
        summary: 'One job; secrets are shown as null',
        response: { 200: Job },
      },
    },
    async (request) => jobs.get(person(request.caller), request.params.jobId),
  )

  server.patch(
    paths.job(':jobId'),
    {
      config: forPeople('jobs:write'),
      schema: {
        operationId: 'updateJob',
        ...ofOne,
        summary:
          'Change a job; parameters are replaced as a whole, secrets that are null stay as they are, and a time-out that is null becomes the app’s own',
        body: UpdateJob,
        response: { 200: Job },
      },
    },
    async (request) => jobs.update(person(request.caller), request.params.jobId, request.body, request.ip),
  )

  server.delete(
    paths.job(':jobId'),
    {
      config: forPeople('jobs:write'),
      schema: {
        operationId: 'deleteJob',
        ...ofOne,
        summary: 'Delete a job; its executions stay',
        response: { 204: done },
      },
    },
    async (request, reply) => {
      await jobs.remove(person(request.caller), request.params.jobId, request.ip)
      return reply.code(204).send(null)
    },
  )

  server.post(
    paths.jobExecutions(':jobId'),
    {
      config: forPeople('executions:run'),
      schema: {
        operationId: 'runJob',
        ...ofOne,
        summary: 'Run a job now',
        response: { 201: Execution },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await jobs.runNow(person(request.caller), request.params.jobId, request.ip)),
  )

  server.get(
    paths.jobSkippedRuns(':jobId'),
    {
      config: forPeople('jobs:read'),
      schema: {
        operationId: 'listSkippedRuns',
        ...ofOne,
        summary: 'Scheduled times that started no execution of their own, and why; newest first',
        querystring: pageQuery(z.iso.datetime()),
        response: { 200: SkippedRunPage },
      },
    },
    async (request) => {
      const { cursor, limit } = request.query
      const rows = await jobs.skippedRuns(person(request.caller), request.params.jobId, cursor, limit + 1)
      return pageOf(rows, limit, (row) => row.dueAt)
    },
  )
}
