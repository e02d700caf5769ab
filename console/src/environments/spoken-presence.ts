import type { Environment } from '@postern/protocol'
import { useEffect, useRef } from 'react'
import { useAnnounce } from '../elements/announcer.tsx'
import { plainText } from '../format/text-pieces.ts'
import { type Presence, presenceFaces } from './presence-faces.ts'

/** Says to those who cannot see it that a server came or went; how it stood at arrival is part of the page. */
export function useSpokenPresence(environments: readonly Environment[] | undefined): void {
  const announce = useAnnounce()
  const known = useRef<Map<string, Presence>>(undefined)
  useEffect(() => {
    if (!environments) return
    const servers = environments.flatMap((environment) => environment.servers)
    const changed = servers.filter(({ serverXid, presence }) => {
      const before = known.current?.get(serverXid)
      return before !== undefined && before !== presence
    })
    known.current = new Map(servers.map(({ serverXid, presence }) => [serverXid, presence]))
    if (changed.length === 0) return
    announce(changed.map(({ name, presence }) => `${plainText(name)}: ${presenceFaces[presence].word}`).join(', '))
  }, [environments, announce])
}
