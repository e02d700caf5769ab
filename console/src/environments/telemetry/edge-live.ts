import type { LiveRequest } from '@postern/protocol'
import { useEffect, useEffectEvent, useState } from 'react'
import { LiveConnection } from '../../api/live-connection.ts'

/** `asking`: the port is being tried. `shut`: this browser does not reach it. */
export type EdgeState = 'asking' | 'open' | 'shut'

/**
 * Follows a server over the broker's port (ES-14), beside the page's own connection: many networks let browsers out to one of the two
 * alone, and a certificate that was accepted on one port is not on the other (D42). One try a visit; a connection that was there comes
 * back by itself.
 * @param port undefined until it is known
 */
export function useEdgeLive(port: number | undefined, { subscribe, id }: LiveRequest, onChange: () => void): EdgeState {
  const [state, setState] = useState<EdgeState>('asking')
  const receive = useEffectEvent(onChange)
  useEffect(() => {
    if (port === undefined) return
    const live = new LiveConnection(port)
    let everOpen = false
    let end: () => void = () => {}
    const endStates = live.onState(() => {
      if (live.state === 'open') everOpen = true
      if (live.state === 'open') setState('open')
      if (live.state === 'lost') setState('shut')
      // No knocking at a door that a firewall keeps shut. Later, since the connection is about to plan its next try.
      if (live.state === 'lost' && !everOpen) queueMicrotask(() => end())
    })
    const endChanges = live.onChange(() => receive())
    end = live.subscribe(id === undefined ? { subscribe } : { subscribe, id })
    return () => {
      endStates()
      endChanges()
      end()
    }
  }, [port, subscribe, id])
  return state
}
