import type { Assertion, AssertionOrigin } from '@postern/protocol'
import { Link } from '@tanstack/react-router'
import { PlainText } from '../elements/plain-text.tsx'
import { Timestamp } from '../elements/timestamp.tsx'
import classes from './indicator-page.module.css'

/** When an owner's assertion came and changed, and who brought that: a job's execution, or a person. */
export function OriginLine({ assertion }: { assertion: Assertion }) {
  const { addedBy, modifiedBy, addedAt, modifiedAt } = assertion
  return (
    <ul className={classes['origins']}>
      <li>
        Brought in <Timestamp instant={addedAt} />
        <Origin origin={addedBy} />
      </li>
      {modifiedAt !== addedAt && (
        <li>
          Last changed <Timestamp instant={modifiedAt} />
          <Origin origin={modifiedBy} />
        </li>
      )}
    </ul>
  )
}

function Origin({ origin }: { origin: AssertionOrigin | null }) {
  if (origin === null) return null
  const batch = <span className={classes['soft']}> in batch {origin.batchId}</span>
  if (origin.execution === null) {
    return (
      <>
        {' by '}
        <PlainText text={origin.sentBy} />
        {batch}
      </>
    )
  }
  const { id, jobName, appName } = origin.execution
  return (
    <>
      {' by the job '}
      <strong>
        <PlainText text={jobName} />
      </strong>{' '}
      (<PlainText text={appName} />
      ),{' '}
      <Link to="/executions/$executionId" params={{ executionId: id }} search={{ view: 'ledger' }}>
        execution {id}
      </Link>
      {batch}
    </>
  )
}
