import { Button } from '@mantine/core'
import { useDocumentTitle } from '@mantine/hooks'
import type { Environment } from '@postern/protocol'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useMay } from '../access/rights.ts'
import { environmentQueries } from '../api/environment-queries.ts'
import { EmptyState } from '../elements/empty-state.tsx'
import { Icon } from '../elements/icon.tsx'
import { PageHead } from '../elements/page-head.tsx'
import { ProblemAlert } from '../elements/problem-alert.tsx'
import { CreateEnvironmentDialog } from './create-environment-dialog.tsx'
import { EnvironmentCard } from './environment-card.tsx'
import { EnvironmentTable } from './environment-table.tsx'
import classes from './environments.module.css'
import { coarseMs, useLiveEnvironments } from './live-environments.ts'
import { useSpokenPresence } from './spoken-presence.ts'

/** Up to so many environments are cards; more are a table, which can be of any length. */
const cardsMax = 24

export function EnvironmentsPage() {
  const list = useInfiniteQuery({ ...environmentQueries.list(), refetchInterval: coarselyWhileShort })
  const environments = list.data?.pages.flatMap((page) => page.data) ?? []
  const asCards = environments.length > 0 && environments.length <= cardsMax && !list.hasNextPage
  useLiveEnvironments()
  useSpokenPresence(asCards ? environments : undefined)
  useDocumentTitle('Environments · Postern')
  return (
    <div className={classes['page']}>
      <PageHead title="Environments" lead="Where jobs run, and the servers that run them.">
        <CreateButton />
      </PageHead>
      {asCards ? (
        <>
          {list.isRefetchError && (
            <ProblemAlert what="What you see may be old" error={list.error} onRetry={() => void list.refetch()} />
          )}
          <Cards environments={environments} />
        </>
      ) : (
        <EnvironmentTable query={list} empty={<NoEnvironments />} />
      )}
    </div>
  )
}

/** Times of heartbeats are not told (they would be all that is told), so a list of one page is read again now and then. */
function coarselyWhileShort(query: { state: { data?: { pages: unknown[] } | undefined } }): number | false {
  return (query.state.data?.pages.length ?? 0) <= 1 ? coarseMs : false
}

function Cards({ environments }: { environments: readonly Environment[] }) {
  return (
    <div className={classes['cards']}>
      {environments.map((environment) => (
        <EnvironmentCard key={environment.id} environment={environment} />
      ))}
    </div>
  )
}

function CreateButton() {
  const [isOpen, setOpen] = useState(false)
  if (!useMay('write')) return null
  return (
    <>
      <Button size="xs" leftSection={<Icon name="plus" size={14} />} onClick={() => setOpen(true)}>
        New environment
      </Button>
      {isOpen && <CreateEnvironmentDialog onClose={() => setOpen(false)} />}
    </>
  )
}

function NoEnvironments() {
  return (
    <EmptyState title="No environment yet">
      An environment is a place where apps run: a plant, a site, a network zone. Make one, download its server, and
      start it there.
    </EmptyState>
  )
}
