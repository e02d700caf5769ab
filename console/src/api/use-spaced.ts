import { useEffect, useEffectEvent, useRef } from 'react'
import { type Spaced, spaced } from './spaced.ts'

/** A spaced function that lives as long as the component does. */
export function useSpaced(run: () => void, gapMs: number): () => void {
  const latest = useEffectEvent(run)
  const holder = useRef<Spaced>(undefined)
  useEffect(() => {
    const made = spaced(() => latest(), gapMs)
    holder.current = made
    return () => made.cancel()
  }, [gapMs])
  return () => holder.current?.()
}
