import { useDocumentTitle } from '@mantine/hooks'
import { type ErrorComponentProps, Link, useRouter } from '@tanstack/react-router'
import { EmptyState } from '../elements/empty-state.tsx'
import { ProblemAlert } from '../elements/problem-alert.tsx'
import { SkeletonRows } from '../elements/skeleton-rows.tsx'
import classes from './fallback-pages.module.css'

export function PendingPage() {
  return (
    <div className={classes['page']}>
      <SkeletonRows label="Loading" />
    </div>
  )
}

export function BrokenPage({ error }: ErrorComponentProps) {
  const router = useRouter()
  return (
    <main id="content" tabIndex={-1} className={classes['page']}>
      <ProblemAlert error={error} onRetry={() => void router.invalidate()} />
    </main>
  )
}

export function MissingPage() {
  return (
    <main id="content" tabIndex={-1} className={classes['page']}>
      <MissingContent />
    </main>
  )
}

/** An unknown address within the shell, which has the pages there are beside it. */
export function MissingContent() {
  useDocumentTitle('No such page · Postern')
  return (
    <EmptyState title="There is no such page">
      The address may be from an older release, or mistyped. <Link to="/executions">Go to the executions</Link>
    </EmptyState>
  )
}
