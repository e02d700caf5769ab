import { createContext, useContext, useMemo, useState } from 'react'

const AnnounceContext = createContext<(text: string) => void>(() => {})

/** Speaks to screen readers without moving the focus: `announce('The execution has succeeded')`. */
export function useAnnounce(): (text: string) => void {
  return useContext(AnnounceContext)
}

export function Announcer({ children }: { children: React.ReactNode }) {
  const [text, setText] = useState('')
  // Of a text that is the one before nothing would be heard: a space that is no other makes it another.
  const announce = useMemo(() => (next: string) => setText((said) => (said === next ? `${next}\u{A0}` : next)), [])
  return (
    <AnnounceContext value={announce}>
      {children}
      <div className="only-heard" aria-live="polite" role="status" data-testid="announcer">
        {text}
      </div>
    </AnnounceContext>
  )
}
