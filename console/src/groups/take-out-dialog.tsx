import { api } from '../api/api.ts'
import { groupKeys } from '../api/group-queries.ts'
import { indicatorKeys } from '../api/indicator-queries.ts'
import { useWrite } from '../api/use-write.ts'
import { ConfirmDialog } from '../elements/confirm-dialog.tsx'
import { PlainText } from '../elements/plain-text.tsx'

/** What is taken apart: the name of the other end, and the address of what joins the two. */
export interface Joined {
  name: string
  path: string
  kind?: string
}

/** Asks before an association is taken back. */
export function TakeOutDialog({
  joined,
  groupName,
  onClose,
}: {
  joined: Joined
  groupName: string
  onClose: () => void
}) {
  const { name, path, kind } = joined
  const takeOut = useWrite({
    write: () => api(path, { method: 'DELETE', query: { kind } }),
    said: 'The association is taken back',
    touches: [groupKeys.all, indicatorKeys.all],
    onDone: onClose,
  })
  return (
    <ConfirmDialog
      title="Take the association back?"
      confirm="Take it back"
      keep="Keep it"
      isDangerous
      open
      onClose={onClose}
      action={takeOut}
    >
      <p>
        <strong>
          <PlainText text={name} />
        </strong>{' '}
        and{' '}
        <strong>
          <PlainText text={groupName} />
        </strong>{' '}
        both stay; nothing says any more that they belong together. A source that sends them together again joins them
        again.
      </p>
    </ConfirmDialog>
  )
}
