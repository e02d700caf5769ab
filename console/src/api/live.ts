import type { LiveChange, LiveRequest } from '@postern/protocol'
import { createContext, useContext, useEffect, useEffectEvent, useSyncExternalStore } from 'react'
import type { LiveConnection, LiveState } from './live-connection.ts'

export const LiveContext = createContext<LiveConnection | undefined>(undefined)

/** How often things that may change are asked for while the live connection is down, in milliseconds. */
export const pollMs = 5000

function useLiveConnection(): LiveConnection {
  const live = useContext(LiveContext)
  if (!live) throw new Error('Live changes are used outside of the console')
  return live
}

export function useLiveState(): LiveState {
  const live = useLiveConnection()
  return useSyncExternalStore(
    (listener) => live.onState(listener),
    () => live.state,
  )
}

/**
 * Subscribes while the component is shown. `onChange` is called for each change; without one, after the connection was made
 * (what happened before is unknown), and every `pollMs` while it is down.
 */
export function useLiveChanges(request: LiveRequest, onChange: (change: LiveChange | undefined) => void): void {
  const live = useLiveConnection()
  const receive = useEffectEvent(onChange)
  const { subscribe, id } = request
  useEffect(() => {
    const endSubscription = live.subscribe(id === undefined ? { subscribe } : { subscribe, id })
    const endChanges = live.onChange((change) => {
      if (change.changed === subscribe && (id === undefined || change.id === id)) receive(change)
    })
    const endStates = live.onState(() => {
      if (live.state === 'open') receive(undefined)
    })
    const poll = setInterval(() => {
      if (live.state !== 'open' && document.visibilityState === 'visible') receive(undefined)
    }, pollMs)
    return () => {
      clearInterval(poll)
      endStates()
      endChanges()
      endSubscription()
    }
  }, [live, subscribe, id])
}
