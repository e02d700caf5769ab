import { Readable } from 'node:stream'
import { App, AppPage, installHeaders, limits, PackageSignature, paths, Sha256 } from '@postern/protocol'
import type { FastifyRequest } from 'fastify'
import * as z from 'zod'
import { forPeople, forPeopleAnd } from '../access/permissions.ts'
import { pageQuery } from '../http/page-query.ts'
import type { Server } from '../http/server.ts'
import { pageOf } from '../lib/page.ts'
import { Problem } from '../lib/problem.ts'
import type { Catalog } from './apps.ts'

const appId = z.object({ appId: z.string().regex(/^\d{1,18}$/) })

export function appRoutes(server: Server, catalog: Catalog): void {
  listRoutes(server, catalog)
  packageRoute(server, catalog)
  // A scope of its own: no other route takes bodies of this size and kind.
  server.register(async (scope) => {
    scope.addContentTypeParser(
      'application/octet-stream',
      { parseAs: 'buffer', bodyLimit: limits.packageBytesMax },
      (_request, body, done) => done(null, body),
    )
    // Fastify's register gives the scope without the type provider, which is the same as the server's.
    installRoute(scope as unknown as Server, catalog)
  })
}

function listRoutes(server: Server, catalog: Catalog): void {
  server.get(
    paths.apps,
    {
      config: forPeople('catalog:read'),
      schema: {
        operationId: 'listApps',
        tags: ['apps'],
        summary: 'The catalog',
        querystring: pageQuery(z.string().regex(/^\d{1,18}$/)),
        response: { 200: AppPage },
      },
    },
    async (request) => {
      const { cursor, limit } = request.query
      const rows = await catalog.list(cursor, limit + 1)
      return pageOf(rows, limit)
    },
  )
  server.get(
    paths.app(':appId'),
    {
      config: forPeople('catalog:read'),
      schema: {
        operationId: 'getApp',
        tags: ['apps'],
        summary: 'An app with the parameters of its current version',
        params: appId,
        response: { 200: App },
      },
    },
    async (request) => await catalog.get(request.params.appId),
  )
}

function installRoute(server: Server, catalog: Catalog): void {
  server.post(
    paths.apps,
    {
      config: forPeople('catalog:write'),
      bodyLimit: limits.packageBytesMax,
      schema: {
        operationId: 'installApp',
        tags: ['apps'],
        summary: 'Install or upgrade an app from its package (.tcx); 200 when it changes nothing',
        response: { 200: App, 201: App },
      },
    },
    async (request, reply) => {
      if (!Buffer.isBuffer(request.body) || request.body.length === 0) {
        throw new Problem('invalid', 'Send the package as the body, with Content-Type application/octet-stream.')
      }
      const result = await catalog.install(
        request.caller,
        {
          content: request.body,
          signature: signatureOf(request),
          confirmSha256: headerOf(request, installHeaders.confirmSha256, Sha256, 'a SHA-256 in hexadecimal'),
        },
        request.ip,
      )
      return reply.code(result.outcome === 'unchanged' ? 200 : 201).send(result.app)
    },
  )
}

function packageRoute(server: Server, catalog: Catalog): void {
  server.get(
    paths.package(':sha256'),
    {
      config: forPeopleAnd('packages:read', 'environment-server'),
      schema: {
        operationId: 'getPackage',
        tags: ['apps'],
        summary: "A package's bytes, for environment servers",
        params: z.object({ sha256: Sha256 }),
      },
    },
    async (request, reply) => {
      const { bytes, content } = await catalog.package(request.params.sha256)
      return (
        reply
          .type('application/octet-stream')
          .header('content-length', bytes)
          .header('content-disposition', `attachment; filename="${request.params.sha256}.tcx"`)
          // A content-addressed thing never changes.
          .header('cache-control', 'private, max-age=31536000, immutable')
          .send(Readable.from(content))
      )
    },
  )
}

function signatureOf(request: FastifyRequest): PackageSignature | undefined {
  const signature = request.headers[installHeaders.signature]
  const keyId = request.headers[installHeaders.signatureKeyId]
  if (signature === undefined && keyId === undefined) return undefined
  const read = z.safeParse(PackageSignature, { signature, keyId })
  if (read.success) return read.data
  throw new Problem(
    'invalid',
    `A signature is two headers: ${installHeaders.signature} (base64) and ${installHeaders.signatureKeyId} (16 hexadecimal digits).`,
  )
}

function headerOf(
  request: FastifyRequest,
  name: string,
  schema: z.core.$ZodType<string>,
  wanted: string,
): string | undefined {
  const value = request.headers[name]
  if (value === undefined) return undefined
  const read = z.safeParse(schema, typeof value === 'string' ? value.toLowerCase() : value)
  if (read.success) return read.data
  throw new Problem('invalid', `The header ${name} holds ${wanted}.`)
}
