import { Button, NativeSelect } from '@mantine/core'
import { useDocumentTitle } from '@mantine/hooks'
import { groupTypes, parseTql, quoteTql } from '@postern/intel'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link, useNavigate, useRouteContext, useSearch } from '@tanstack/react-router'
import { useMay } from '../access/rights.ts'
import { groupQueries } from '../api/group-queries.ts'
import { EmptyState } from '../elements/empty-state.tsx'
import classes from '../elements/form.module.css'
import { Icon } from '../elements/icon.tsx'
import { PageHead } from '../elements/page-head.tsx'
import { PagedTable } from '../elements/paged-table.tsx'
import { KeptQueryNote } from '../indicators/kept-query-note.tsx'
import { QueryBox } from '../indicators/query-box.tsx'
import { QueryHints } from '../indicators/query-hints.tsx'
import { QueryMistake } from '../indicators/query-mistake.tsx'
import { mistakeIn, useDraft } from '../indicators/query-draft.ts'
import { placeOf } from '../indicators/query-place.ts'
import { groupColumns } from './group-columns.tsx'
import { groupExamples } from './group-examples.ts'
import { groupTypeLabel } from './group-type-label.ts'

/** Events, reports, actors and everything else that is no indicator, found by TQL. The query stands in the address, or beside it (`placeOf`). */
export function GroupsPage() {
  const { tql: written } = useSearch({ from: '/signed-in/groups' })
  const { keptTql } = useRouteContext({ from: '/signed-in/groups' })
  const tql = written ?? keptTql
  const navigate = useNavigate({ from: '/groups' })
  const mayWrite = useMay('curate')
  const { draft, setDraft, seek } = useDraft(tql ?? '')
  const groups = useInfiniteQuery(groupQueries.list(tql))
  const mistake = mistakeIn(groups.error)
  useDocumentTitle('Groups · Postern')
  function search(text: string) {
    const query = groupQueryOf(text)
    seek(query)
    if (query === (tql ?? '')) void groups.refetch()
    else void navigate(placeOf(query))
  }
  return (
    <div className={`${classes['page']} ${classes['tabbed']}`}>
      <PageHead title="Groups" lead="Events, reports, actors, campaigns: what indicators belong to.">
        <Link to="/kept-texts">Kept texts</Link>
        <TypeChoice tql={tql ?? ''} onSearch={search} />
        {mayWrite && (
          <Button
            size="xs"
            leftSection={<Icon name="plus" size={14} />}
            onClick={() => void navigate({ to: '/groups/new' })}
          >
            New group
          </Button>
        )}
      </PageHead>
      <QueryBox
        draft={draft}
        onDraft={setDraft}
        onSearch={search}
        searched={tql ?? ''}
        mistake={mistake}
        object="group"
        placeholder="A query in TQL, or a part of a name"
        examples={groupExamples}
      />
      {tql !== written && <KeptQueryNote />}
      <QueryHints hints={groups.data?.pages[0]?.hints} />
      {mistake ? (
        <QueryMistake query={tql ?? ''} mistake={mistake} />
      ) : (
        <PagedTable
          key={tql ?? ''}
          label="Groups"
          query={groups}
          columns={groupColumns}
          rowKey={({ id }) => id}
          onOpen={({ id }) => void navigate({ to: '/groups/$groupId', params: { groupId: id } })}
          empty={<NoGroups tql={tql} />}
        />
      )}
    </div>
  )
}

const typePattern = /^typeName = "([A-Za-z ]+)"$/

/** The type alone, as the query that it is; where another query stands, every type is shown. */
function TypeChoice({ tql, onSearch }: { tql: string; onSearch: (tql: string) => void }) {
  const chosen = typePattern.exec(tql)?.[1] ?? ''
  return (
    <NativeSelect
      size="xs"
      aria-label="Type"
      value={groupTypes.some((type) => type === chosen) ? chosen : ''}
      onChange={(event) => {
        const type = event.currentTarget.value
        onSearch(type === '' ? '' : `typeName = ${quoteTql(type)}`)
      }}
      data={[
        { value: '', label: 'Every type' },
        ...groupTypes.map((type) => ({ value: type, label: groupTypeLabel(type) })),
      ]}
    />
  )
}

/** A query as it stands; words that are none are looked for in names. */
function groupQueryOf(text: string): string {
  const trimmed = text.trim()
  if (trimmed === '' || parseTql(trimmed, 'group').ok || /[="'()<>]/.test(trimmed)) return trimmed
  return `name contains ${quoteTql(trimmed)}`
}

/** Words that were looked for in names, as `groupQueryOf` writes them. */
const wordsPattern = /^name contains "([^"\\]{1,200})"$/

function NoGroups({ tql }: { tql: string | undefined }) {
  if (tql !== undefined) {
    const text = wordsPattern.exec(tql)?.[1]
    return (
      <EmptyState title="No group fits this query">
        Not every STIX object becomes a group:{' '}
        <Link to="/kept-texts" search={text === undefined ? {} : { text }}>
          look among the kept texts
        </Link>
        .
      </EmptyState>
    )
  }
  return (
    <EmptyState title="No group yet">
      Groups come with feeds (events of MISP), with STIX bundles (reports, actors, ATT&CK), and through the API; or make
      one yourself.
    </EmptyState>
  )
}
