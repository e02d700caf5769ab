import type { WebSocket } from '@fastify/websocket'
import { type LiveBeat, type LiveChange, LiveRequest, paths } from '@postern/protocol'
import type { Caller } from '../access/caller.ts'
import { onlyFor } from '../access/permissions.ts'
import type { Server } from '../http/server.ts'
import { Problem } from '../lib/problem.ts'
import type { Change, Changes } from './changes.ts'

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
  /** Whether an execution is one that the organization may see. */
  maySee(organizationId: string, executionId: string): Promise<boolean>
}

const beat: LiveBeat = { alive: true }

/** What a browser may follow as a whole, within its organization. */
type List = Exclude<LiveRequest['subscribe'], 'execution'>

/** `executions`: which are followed; false until it is known that they may be. */
type Subscriber = {
  organizationId: string
  executions: Map<string, boolean>
  lists: Set<List>
  socket: WebSocket
  heard: boolean
}

/**
 * Tells browsers what changed, so that they fetch it again: ids only (D15). By cookie alone: other sites' pages are kept out by the
 * exact Origin check that the cookie's authentication makes for every upgrade (D18).
 */
export function liveRoutes(server: Server, { changes, maySee }: LiveParts): void {
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
        executions: new Map(),
        lists: new Set(),
        socket,
        heard: true,
      }
      subscribers.add(subscriber)
      send(socket, beat)
      socket.on('pong', () => {
        subscriber.heard = true
      })
      socket.on('close', () => subscribers.delete(subscriber))
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
    const { socket, executions, organizationId } = subscriber
    if (wanted === undefined) return socket.close(closeCodes.policy, 'that is no subscription')
    if (wanted.subscribe !== 'execution') {
      subscriber.lists.add(wanted.subscribe)
      return
    }
    if (wanted.id === undefined) return socket.close(closeCodes.policy, 'name the execution')
    if (executions.has(wanted.id)) return
    if (executions.size >= liveBounds.subscriptionsMax)
      return socket.close(closeCodes.policy, `at most ${liveBounds.subscriptionsMax} subscriptions`)
    // Counted before the look-up, so that many at once do not slip past the bound.
    executions.set(wanted.id, false)
    if (await maySee(organizationId, wanted.id)) executions.set(wanted.id, true)
    else executions.delete(wanted.id)
  }
}

function tell(subscriber: Subscriber, change: Change): void {
  const { socket, organizationId, executions, lists } = subscriber
  const { organizationId: whose, ...told } = change
  const isFollowed = change.changed === 'execution' && change.id !== undefined && executions.get(change.id) === true
  if (isFollowed) send(socket, told)
  if (whose !== organizationId) return
  const shown = asShownIn(told)
  if (shown !== undefined && lists.has(shown.changed)) send(socket, shown)
}

/** A change as the list sees it that shows it; a list shows of an execution its state, and that it wrote a receipt. */
function asShownIn(change: LiveChange): (LiveChange & { changed: List }) | undefined {
  const { changed, part } = change
  if (changed !== 'execution') return { ...change, changed }
  if (part === 'state') return { ...change, changed: 'executions' }
  return part === 'receipt' ? { changed: 'receipts', part } : undefined
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
