import { timingSafeEqual } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { paths } from '@postern/protocol'
import { collectDefaultMetrics, Registry } from 'prom-client'
import * as z from 'zod'
import { forEveryone } from '../access/permissions.ts'
import { hashCredential } from '../access/credential.ts'
import type { Server } from '../http/server.ts'
import { Problem } from '../lib/problem.ts'

/** What must answer before the hub is ready; each says what is wrong or nothing. */
export type ReadinessCheck = () => Promise<string | undefined>

export type HealthOptions = {
  checks: readonly ReadinessCheck[]
  metrics: Registry
  metricsTokenFile: string | undefined
}

export function createMetrics(): Registry {
  const metrics = new Registry()
  collectDefaultMetrics({ register: metrics })
  return metrics
}

export function healthRoutes(server: Server, { checks, metrics, metricsTokenFile }: HealthOptions): void {
  const tokenSha256 =
    metricsTokenFile === undefined ? undefined : hashCredential(readFileSync(metricsTokenFile, 'utf8').trim())
  server.get(
    paths.health,
    { config: forEveryone, schema: { hide: true, response: { 200: z.object({ status: z.literal('ok') }) } } },
    async () => ({ status: 'ok' as const }),
  )
  server.get(
    paths.ready,
    { config: forEveryone, schema: { hide: true, response: { 200: z.object({ status: z.literal('ready') }) } } },
    async (request) => {
      const wrong = (await Promise.all(checks.map((check) => check()))).filter((said) => said !== undefined)
      if (wrong.length === 0) return { status: 'ready' as const }
      request.log.warn({ wrong }, 'the hub is not ready')
      throw new Problem('unavailable', 'The hub is not ready to work; its log says why.')
    },
  )
  server.get(
    paths.metrics,
    { config: forEveryone, schema: { hide: true, response: { 200: z.string() } } },
    async (request, reply) => {
      const isHere = request.caller.kind === 'machine' || isLoopback(request.ip)
      if (!isHere && !holdsToken(request.headers['postern-metrics-token'])) {
        throw new Problem('not-found', 'There is nothing at this address.')
      }
      return reply
        .type(metrics.contentType)
        .serializer((text: string) => text)
        .send(await metrics.metrics())
    },
  )

  function holdsToken(sent: string | string[] | undefined): boolean {
    return typeof sent === 'string' && tokenSha256 !== undefined && timingSafeEqual(hashCredential(sent), tokenSha256)
  }
}

function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.') || address.startsWith('::ffff:127.')
}
