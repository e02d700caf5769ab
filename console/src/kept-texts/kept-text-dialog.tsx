import { Button } from '@mantine/core'
import type { KeptText, KeptTextDetail } from '@postern/protocol'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { keptTextQueries } from '../api/kept-text-queries.ts'
import form from '../elements/form.module.css'
import { ModalDialog } from '../elements/modal-dialog.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { ProblemAlert } from '../elements/problem-alert.tsx'
import { SkeletonRows } from '../elements/skeleton-rows.tsx'
import { indentedJson } from '../format/indented-json.ts'
import { JoinedEnds, keptTextTitle } from './joined-ends.tsx'
import classes from './kept-texts.module.css'

/** One object as its owner sent it. */
export function KeptTextDialog({ shown, onClose }: { shown: KeptText; onClose: () => void }) {
  const query = useQuery(keptTextQueries.one(shown.id))
  return (
    <ModalDialog title={keptTextTitle(shown)} open isWide onClose={onClose}>
      <div className={classes['body']}>
        {shown.ends.length > 0 && <JoinedEnds text={shown} />}
        {shown.reason !== null && (
          <p className={form['hint']}>
            <PlainText text={shown.reason} />
          </p>
        )}
        {query.isPending && <SkeletonRows label="Loading the text" />}
        {query.isError && <ProblemAlert what="The text" error={query.error} onRetry={() => void query.refetch()} />}
        {query.data && <Body detail={query.data} />}
        <div className={classes['buttons']}>
          {shown.groupId !== null && (
            <Link to="/groups/$groupId" params={{ groupId: shown.groupId }}>
              The group that it became
            </Link>
          )}
          <Button size="xs" variant="default" onClick={onClose}>
            Close
          </Button>
        </div>
      </div>
    </ModalDialog>
  )
}

function Body({ detail: { text, isCut } }: { detail: KeptTextDetail }) {
  return (
    <>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a region that scrolls must be reachable by keys */}
      <div className={classes['text']} role="region" aria-label="The object" tabIndex={0}>
        <PlainText text={indentedJson(text)} />
      </div>
      {isCut && <p className={form['hint']}>It goes on: the whole goes out with its owner’s STIX.</p>}
    </>
  )
}
