import { Batch } from '../batch/batch.ts'
import type { App, Outcome } from '../define/app.ts'
import type { AppContext, CollectContext } from '../define/context.ts'
import { HubPlanStore } from '../export/hub-plan-store.ts'
import { runExport } from '../export/run-export.ts'
import { WrittenFile } from '../export/written-file.ts'
import { ExternalSession } from '../net/external-session.ts'
import type { ExternalSessionOptions } from '../net/external-session.ts'
import { HubSession } from '../net/hub-session.ts'
import type { Route } from '../net/route.ts'
import type { Launched } from './run-app.ts'
import type { State } from './state.ts'

type Ready = Launched & {
  /** The declared parameters, read. */
  readonly values: Readonly<Record<string, unknown>>
  readonly state: State
  readonly signal: AbortSignal
}

/** Gives the app what its kind works with, and runs it. */
export async function performRun(app: App, ready: Ready): Promise<Outcome> {
  const { platform, log, signal } = ready
  const userAgent = `Postern/1, ${app.displayName}/${app.version}`
  const hub = new HubSession(
    { route: routeOf(ready, 'forHub'), userAgent, log, signal },
    platform.apiPath,
    platform.token,
    platform.tokenExpires,
  )
  const sessions: ExternalSession[] = []
  const context: AppContext<Readonly<Record<string, unknown>>> = {
    parameters: ready.values,
    log,
    state: ready.state,
    signal,
    tempPath: platform.tempPath,
    external(options: ExternalSessionOptions = {}) {
      const session = new ExternalSession(
        { route: routeOf(ready, 'forExternal'), userAgent: `${app.displayName}/${app.version} (Postern)`, log, signal },
        options,
      )
      sessions.push(session)
      return session
    },
  }
  try {
    return await performKind(app, context, hub, ready)
  } finally {
    for (const session of sessions) session.close()
    hub.close()
  }
}

async function performKind(
  app: App,
  context: AppContext<Readonly<Record<string, unknown>>>,
  hub: HubSession,
  ready: Ready,
): Promise<Outcome> {
  const { platform } = ready
  const batchFor = (owner: string) => new Batch({ hub, owner, executionId: platform.executionId, ...context })
  switch (app.kind) {
    case 'feed':
    case 'alerts': {
      const owner = ownerOf(ready)
      const batch = batchFor(owner)
      const collect: CollectContext<Readonly<Record<string, unknown>>> = { ...context, hub, owner, batch }
      const outcome = await app.collect(collect)
      if (batch.isPending)
        throw new Error(`${app.name} ended with items that it never submitted: it must await batch.submit()`)
      return outcome
    }
    case 'action':
      return await app.run({ ...context, hub, batch: batchFor })
    case 'export': {
      const store = new HubPlanStore(hub, new WrittenFile(platform.outPath), context.log)
      const control = await app.open(context)
      try {
        return await runExport({
          store,
          control,
          // The manifest has checked that this parameter is a data collection, and that one is text.
          collection: ready.values[app.collection] as string,
          approved: approvedPlan(platform.approvedPlan),
          ...context,
        })
      } finally {
        await control.close?.()
      }
    }
  }
}

function ownerOf({ values, platform }: Ready): string {
  const owner = values['tc_owner'] ?? platform.owner
  if (typeof owner !== 'string')
    throw new Error('parameter tc_owner (Owner) is needed: the owner that everything is written to')
  return owner
}

/** `planId:checksum`, as the signed command carries it (D5). */
function approvedPlan(text: string | undefined): { planId: string; checksum: string } | undefined {
  if (text === undefined) return undefined
  const [, planId, checksum] = /^([^:]{1,64}):([0-9a-f]{64})$/.exec(text) ?? []
  if (planId === undefined || checksum === undefined)
    throw new Error('the approved plan is not named as planId:checksum; nothing was changed')
  return { planId, checksum }
}

function routeOf({ egressSocket, platform }: Ready, use: 'forHub' | 'forExternal'): Route {
  if (egressSocket !== undefined) return { by: 'guard', socketPath: egressSocket }
  const { proxy } = platform
  if (proxy === undefined || !proxy[use]) return { by: 'direct' }
  const credentials =
    proxy.username === undefined
      ? undefined
      : Buffer.from(`${proxy.username}:${proxy.password ?? ''}`).toString('base64')
  return {
    by: 'proxy',
    host: proxy.host,
    port: proxy.port,
    authorization: credentials === undefined ? undefined : `Basic ${credentials}`,
  }
}
