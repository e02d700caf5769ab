import {
  IndicatorLifecycle,
  paths,
  ReportFalsePositive,
  ReportSighting,
  Sighting,
  SightingAnalysis,
  SightingAnalysisQuery,
  SightingPage,
} from '@postern/protocol'
import * as z from 'zod'
import { person } from '../access/caller.ts'
import { forPeople, forPeopleAnd } from '../access/permissions.ts'
import { pageQuery } from '../http/page-query.ts'
import type { Server } from '../http/server.ts'
import type { Sightings } from './sightings.ts'

const ofIndicator = { tags: ['lifecycle'], params: z.object({ indicatorId: z.guid() }) }

export function sightingRoutes(server: Server, sightings: Sightings): void {
  server.get(
    paths.indicatorSightings(':indicatorId'),
    {
      config: forPeople('library:read'),
      schema: {
        operationId: 'listSightings',
        ...ofIndicator,
        summary: 'Who saw an indicator, newest first',
        querystring: pageQuery(z.string().max(200)),
        response: { 200: SightingPage },
      },
    },
    async (request) => sightings.list(person(request.caller), request.params.indicatorId, request.query),
  )
  server.post(
    paths.indicatorSightings(':indicatorId'),
    {
      config: forPeopleAnd('library:write', 'execution'),
      schema: {
        operationId: 'reportSighting',
        ...ofIndicator,
        summary: 'Report that an indicator was seen; it moves what other owners than the reporter assert',
        body: ReportSighting,
        response: { 201: Sighting },
      },
    },
    async (request, reply) =>
      reply
        .code(201)
        .send(await sightings.report(request.caller, request.params.indicatorId, request.body, request.ip)),
  )
  server.post(
    paths.indicatorFalsePositives(':indicatorId'),
    {
      config: forPeople('library:write'),
      schema: {
        operationId: 'reportFalsePositive',
        ...ofIndicator,
        summary: 'Report that an indicator was seen where nothing bad was; counts once a day and person',
        body: ReportFalsePositive,
        response: { 200: IndicatorLifecycle },
      },
    },
    async (request) =>
      sightings.reportFalsePositive(person(request.caller), request.params.indicatorId, request.body, request.ip),
  )
  server.post(
    paths.sightingAnalysis,
    {
      config: forPeople('library:read'),
      schema: {
        operationId: 'analyseSightings',
        tags: ['lifecycle'],
        summary: 'What was seen in a period, and what it has in common',
        body: SightingAnalysisQuery,
        response: { 200: SightingAnalysis },
      },
    },
    async (request) => sightings.analyse(person(request.caller), request.body),
  )
}
