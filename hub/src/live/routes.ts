import type { WebSocket } from '@fastify/websocket'
import { type LiveBeat, type LiveChange, LiveRequest, paths } from '@postern/protocol'
import type { Caller } from '../access/caller.ts'
import { sessionCookie } from '../access/authenticate.ts'
import { onlyFor } from '../access/permissions.ts'
import type { Server } from '../http/server.ts'
import { Problem } from '../lib/problem.ts'
import type { Change, Changes } from './changes.ts'
import { closeEnded } from './close-ended.ts'

export const liveBounds = {
  subscriptionsMax: 20,
  /** Connections of one hub. */
  connectionsMax: 2000,
  /** Bytes that a browser may leave unread before it is dropped; it connects again and fetches anew. */
  unreadBytesMax: 64 * 1024,
  pingMs: 30_000,
  /** Between two messages that say nothing but that the hub is there. */
  beatMs: 10_000,
} as const

/** Close codes of RFC 6455, section 7.4.1. */
const closeCodes = { goingAway: 1001, policy: 1008, tryAgain: 1013 } as const

export type LiveParts = {
  changes: Pick<Changes, 'on' | 'onGap'>
  /** Whether what is followed by its id is one that the organization may see. */
  maySee(what: Followed, organizationId: string, id: string): Promise<boolean>
  /** Looks after a server's telemetry while a page follows it. @returns ends that */
  followTelemetry(serverXid: string): () => void
  /** Of the sessions that are asked about. */
  sessionsInForce(sessions: readonly string[]): Promise<ReadonlySet<string>>
}

const beat: LiveBeat = { alive: true }

/** What a browser follows by its id. */
export type Followed = 'execution' | 'environment-server'
/** What a browser may follow as a whole, within its organization. */
type List = Exclude<LiveRequest['subscribe'], Followed>

/** `followed`: by kind and id; what ends it, or nothing until it is known that it may be. */
type Subscriber = {
  organizationId: string
  /** The cookie that it came with. */
  session: string
  followed: Map<string, (() => void) | undefined>
  lists: Set<List>
  socket: WebSocket
  heard: boolean
}

/**
 * Tells browsers what changed, so that they fetch it again: ids only (D15). By cookie alone: other sites' pages are kept out by the
 * exact Origin check that the cookie's authentication makes for every upgrade (D18).
 */
export function liveRoutes(server: Server, { changes, maySee, followTelemetry, sessionsInForce }: LiveParts): void {
  const subscribers = new Set<Subscriber>()
  const stopChanges = changes.on((change) => {
    for (const subscriber of subscribers) tell(subscriber, change)
  })
  // Something may have been missed: browsers connect again and fetch what they show.
  const stopGap = changes.onGap(() => {
    for (const { socket } of subscribers) socket.close(closeCodes.tryAgain, 'changes may have been missed')
  })
  const pings = setInterval(() => ping(subscribers), liveBounds.pingMs)
  pings.unref()
  const beats = setInterval(() => {
    for (const { socket } of subscribers) send(socket, beat)
    closeEnded(subscribers, sessionsInForce).catch((error: unknown) => {
      server.log.error({ err: error }, 'sessions of live pages could not be looked up; the next beat tries again')
    })
  }, liveBounds.beatMs)
  beats.unref()
  server.addHook('onClose', async () => {
    clearInterval(pings)
    clearInterval(beats)
    stopChanges()
    stopGap()
  })

  server.get(
    paths.live,
    { websocket: true, config: onlyFor('executions:read', 'user'), schema: { hide: true } },
    (socket: WebSocket, request) => {
      if (subscribers.size >= liveBounds.connectionsMax) {
        socket.close(closeCodes.tryAgain, 'too many live pages are open')
        return
      }
      const subscriber: Subscriber = {
        organizationId: organizationOf(request.caller),
        session: request.cookies[sessionCookie] ?? '',
        followed: new Map(),
        lists: new Set(),
        socket,
        heard: true,
      }
      subscribers.add(subscriber)
      send(socket, beat)
      socket.on('pong', () => {
        subscriber.heard = true
      })
      socket.on('close', () => {
        subscribers.delete(subscriber)
        for (const end of subscriber.followed.values()) end?.()
      })
      socket.on('error', () => socket.terminate())
      socket.on('message', (data) => {
        subscribe(subscriber, String(data)).catch((error: unknown) => {
          request.log.error({ err: error }, 'a live subscription failed')
          socket.close(closeCodes.tryAgain, 'try again')
        })
      })
    },
  )

  async function subscribe(subscriber: Subscriber, text: string): Promise<void> {
    const wanted = readRequest(text)
    const { socket, followed, organizationId } = subscriber
    if (wanted === undefined) return socket.close(closeCodes.policy, 'that is no subscription')
    const { subscribe: what, id } = wanted
    if (what !== 'execution' && what !== 'environment-server') {
      subscriber.lists.add(what)
      return
    }
    if (id === undefined) return socket.close(closeCodes.policy, 'name what is to be followed')
    const key = keyOf(what, id)
    if (followed.has(key)) return
    if (followed.size >= liveBounds.subscriptionsMax)
      return socket.close(closeCodes.policy, `at most ${liveBounds.subscriptionsMax} subscriptions`)
    // Counted before the look-up, so that many at once do not slip past the bound.
    followed.set(key, undefined)
    if (!(await maySee(what, organizationId, id))) followed.delete(key)
    // The page may have gone meanwhile.
    else if (subscribers.has(subscriber))
      followed.set(key, what === 'environment-server' ? followTelemetry(id) : () => {})
  }
}

function tell(subscriber: Subscriber, change: Change): void {
  const { socket, organizationId, followed, lists } = subscriber
  const { organizationId: whose, ...told } = change
  if (change.id !== undefined && followed.get(keyOf(change.changed, change.id)) !== undefined) send(socket, told)
  if (whose !== organizationId) return
  const shown = asShownIn(told)
  if (shown !== undefined && lists.has(shown.changed)) send(socket, shown)
}

/** A change as the list sees it that shows it; a list shows of an execution its state, and that it wrote a receipt. */
function asShownIn(change: LiveChange): (LiveChange & { changed: List }) | undefined {
  const { changed, part } = change
  if (changed === 'environment-server') return undefined
  if (changed !== 'execution') return { ...change, changed }
  if (part === 'state') return { ...change, changed: 'executions' }
  return part === 'receipt' ? { changed: 'receipts', part } : undefined
}

function keyOf(what: LiveChange['changed'], id: string): string {
  return `${what} ${id}`
}

function send(socket: WebSocket, message: LiveChange | LiveBeat): void {
  if (socket.readyState !== socket.OPEN) return
  if (socket.bufferedAmount > liveBounds.unreadBytesMax) return socket.terminate()
  socket.send(JSON.stringify(message))
}

/** A browser that did not answer the last ping is gone. */
function ping(subscribers: Set<Subscriber>): void {
  for (const subscriber of subscribers) {
    if (!subscriber.heard) {
      subscriber.socket.terminate()
      continue
    }
    subscriber.heard = false
    subscriber.socket.ping()
  }
}

function readRequest(text: string): LiveRequest | undefined {
  try {
    const read = LiveRequest.safeParse(JSON.parse(text))
    return read.success ? read.data : undefined
  } catch {
    return undefined
  }
}

function organizationOf(caller: Caller): string {
  if (caller.kind === 'user') return caller.organizationId
  throw new Problem('forbidden', 'Live pages are for signed-in users.')
}
