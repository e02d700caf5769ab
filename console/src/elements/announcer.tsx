import { createContext, useContext, useMemo, useState } from 'react'

const AnnounceContext = createContext<(text: string) => void>(() => {})

/** Speaks to screen readers without moving the focus: `announce('The execution has succeeded')`. */
export function useAnnounce(): (text: string) => void {
  return useContext(AnnounceContext)
}

export function Announcer({ children }: { children: React.ReactNode }) {
  const [text, setText] = useState('')
  const announce = useMemo(() => (next: string) => setText(next), [])
  return (
    <AnnounceContext value={announce}>
      {children}
      <div className="only-heard" aria-live="polite" role="status" data-testid="announcer">
        {text}
      </div>
    </AnnounceContext>
  )
}
