import type { QueryHint } from '@postern/protocol'
import { Notice } from '../elements/notice.tsx'
import { PlainText } from '../elements/plain-text.tsx'

/** What a query says by mistake, probably, beside what it finds. */
export function QueryHints({ hints = [] }: { hints?: readonly QueryHint[] | undefined }) {
  if (hints.length === 0) return null
  return (
    <Notice role="status">
      {hints.map(({ message, position }) => (
        <div key={position}>
          <PlainText text={message} />
        </div>
      ))}
    </Notice>
  )
}
