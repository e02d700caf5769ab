import {
  IndicatorDetail,
  IndicatorExports,
  IndicatorPage,
  paths,
  SearchIndicators,
  TqlSuggestions,
} from '@postern/protocol'
import * as z from 'zod'
import { person } from '../access/caller.ts'
import { forPeople, forPeopleAnd } from '../access/permissions.ts'
import { pageCursor, pageLimit, queryInAddress } from '../http/page-query.ts'
import type { Server } from '../http/server.ts'
import type { Library } from './library.ts'

export function libraryRoutes(server: Server, library: Library): void {
  server.get(
    paths.indicators,
    {
      config: forPeopleAnd('library:read', 'execution'),
      schema: {
        operationId: 'listIndicators',
        tags: ['library'],
        summary: 'Indicators that a TQL query finds, newest first',
        querystring: z.object({
          tql: queryInAddress,
          cursor: pageCursor(z.string().max(200)),
          limit: pageLimit,
          count: z
            .enum(['true', 'false'])
            .default('false')
            .transform((text) => text === 'true')
            .describe('Whether to count as well: exactly up to 10,000'),
        }),
        response: { 200: IndicatorPage },
      },
    },
    async ({ caller, query }) => library.search(caller, query),
  )
  server.post(
    paths.indicatorSearch,
    {
      config: forPeopleAnd('library:read', 'execution'),
      schema: {
        operationId: 'searchIndicators',
        tags: ['library'],
        summary: 'Indicators that a TQL query finds, also one that is too long for an address',
        body: SearchIndicators,
        response: { 200: IndicatorPage },
      },
    },
    async ({ caller, body }) => library.search(caller, body),
  )
  server.get(
    paths.indicator(':indicatorId'),
    {
      config: forPeopleAnd('library:read', 'execution'),
      schema: {
        operationId: 'getIndicator',
        tags: ['library'],
        summary: 'One indicator: what is computed, who asserts what and brought it in, its groups',
        params: z.object({ indicatorId: z.guid() }),
        response: { 200: IndicatorDetail },
      },
    },
    async (request) => library.detail(request.caller, request.params.indicatorId),
  )
  server.get(
    paths.indicatorExports(':indicatorId'),
    {
      config: forPeople('exports:read'),
      schema: {
        operationId: 'getIndicatorExports',
        tags: ['library'],
        summary: 'Where an indicator goes: collections and controls that hold it, and why others do not',
        params: z.object({ indicatorId: z.guid() }),
        response: { 200: IndicatorExports },
      },
    },
    async (request) => library.exports(person(request.caller), request.params.indicatorId),
  )
  server.get(
    paths.tqlSuggestions,
    {
      config: forPeople('library:read'),
      schema: {
        operationId: 'suggestTqlNames',
        tags: ['library'],
        summary: 'Names of owners, tags, labels and attribute types that may stand at a place of a query',
        querystring: z.object({
          object: z.enum(['indicator', 'group', 'tag', 'attribute', 'securityLabel']).default('indicator'),
          keyword: z.string().max(64).describe('As the table of keywords spells it'),
          start: z.string().max(128).default('').describe('What is written so far'),
        }),
        response: { 200: TqlSuggestions },
      },
    },
    async ({ caller, query }) => library.suggest(caller, query.object, query.keyword, query.start),
  )
}
