import { useDocumentTitle } from '@mantine/hooks'
import type { UseQueryResult } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { PagePath } from '../app/pages.ts'
import { plainText } from '../format/text-pieces.ts'
import classes from './detail-page.module.css'
import { isNotFound, Missing } from './missing.tsx'
import { Crumbs } from './page-head.tsx'
import { ProblemAlert } from './problem-alert.tsx'
import { SkeletonRows } from './skeleton-rows.tsx'

/** Characters of a name that a browser's tab is given; more than any tab shows. */
const titleLengthMax = 100

interface DetailPageProps<Thing> {
  /** What it is, in lower case, as the glossary has it: `job`, `data collection`. */
  noun: string
  /** Where its like are listed. */
  list: { to: PagePath; name: string }
  /** As it stands in the address: the last crumb until its name is known. */
  id: string
  /** For the last crumb, and for the browser's tab and history. */
  nameOf: (thing: Thing) => string
  /** For the last crumb, where the name says more than is wanted there. */
  crumbOf?: (thing: Thing) => string
  query: UseQueryResult<Thing>
  /** Why it may be gone, where that is not by being deleted: `no owner may assert it any more`. */
  whyGone?: string
  children: (thing: Thing) => React.ReactNode
}

/**
 * A page about one thing that is read from the hub, in all its states: loading, not there, broken, shown, and shown though the
 * hub does not answer any more. What is already on the screen is never taken away for a failure: it is said to be old.
 */
export function DetailPage<Thing>({
  noun,
  list,
  id,
  nameOf,
  crumbOf = nameOf,
  query,
  whyGone,
  children,
}: DetailPageProps<Thing>) {
  const { data, error, isPending, isError, refetch } = query
  const title = data === undefined ? undefined : nameOf(data)
  const isMissing = data === undefined && isNotFound(error)
  useDocumentTitle(`${documentTitle(noun, title, isMissing)} · Postern`)
  return (
    <div className={classes['page']}>
      <Crumbs here={data === undefined ? id : crumbOf(data)}>
        <Link to={list.to}>{list.name}</Link>
      </Crumbs>
      {isPending && <SkeletonRows label={`Loading the ${noun}`} />}
      {isMissing && <Missing noun={noun} list={list} {...(whyGone !== undefined && { whyGone })} />}
      {isError && !isMissing && (
        <ProblemAlert
          what={data === undefined ? `This ${noun}` : 'What you see may be old'}
          error={error}
          onRetry={() => void refetch()}
        />
      )}
      {data !== undefined && children(data)}
    </div>
  )
}

function documentTitle(noun: string, title: string | undefined, isMissing: boolean): string {
  if (title !== undefined) return plainText(title.slice(0, titleLengthMax))
  return isMissing ? `No such ${noun}` : noun.charAt(0).toUpperCase() + noun.slice(1)
}
