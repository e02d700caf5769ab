import { Button } from '@mantine/core'
import { Collection, type CollectionDetail } from '@postern/protocol'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { useMay } from '../access/rights.ts'
import { api } from '../api/api.ts'
import { collectionKeys, collectionQueries } from '../api/collection-queries.ts'
import { paths } from '../api/paths.ts'
import { addressQueryLengthMax } from '../api/search-api.ts'
import { useWrite } from '../api/use-write.ts'
import { pages } from '../app/pages.ts'
import { ActionMenu } from '../elements/action-menu.tsx'
import { useClock } from '../elements/clock.ts'
import { DeleteDialog } from '../elements/delete-dialog.tsx'
import { DetailHead } from '../elements/detail-head.tsx'
import { DetailPage } from '../elements/detail-page.tsx'
import { Fact, Facts } from '../elements/facts.tsx'
import form from '../elements/form.module.css'
import { Icon } from '../elements/icon.tsx'
import { LongText } from '../elements/long-text.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { ProblemAlert } from '../elements/problem-alert.tsx'
import { Section } from '../elements/section.tsx'
import { Timestamp } from '../elements/timestamp.tsx'
import { formatCount } from '../format/quantities.ts'
import { plainText } from '../format/text-pieces.ts'
import { collectionFaceOf } from './collection-faces.ts'
import classes from './collections.module.css'
import { freshnessWords } from './freshness.ts'
import { givenWords } from './given-words.ts'
import { HistorySection } from './history-section.tsx'
import { LeftOutTable } from './left-out-table.tsx'
import { VersionSection } from './version-section.tsx'

/** How often a collection that waits for its first look is asked for, in milliseconds. */
const waitingPollMs = 2000

/** One data collection: its query, its members' number, its versions, and what entered and left and why. */
export function CollectionPage() {
  const { collectionId } = useParams({ from: '/signed-in/collections/$collectionId' })
  const query = useQuery({
    ...collectionQueries.one(collectionId),
    refetchInterval: ({ state }) => (state.data?.refreshedAt === null ? waitingPollMs : false),
  })
  return (
    <DetailPage
      noun="data collection"
      list={pages.collections}
      id={collectionId}
      nameOf={({ name }) => name}
      query={query}
    >
      {(collection) => (
        <>
          <CollectionHead collection={collection} />
          <CollectionFacts collection={collection} />
          <QuerySection collection={collection} />
          <LeftOutSection collection={collection} />
          <HistorySection collection={collection} />
          <VersionSection collection={collection} />
        </>
      )}
    </DetailPage>
  )
}

function CollectionHead({ collection }: { collection: Collection }) {
  const mayWrite = useMay('curate')
  const nowMs = useClock()
  const refresh = useWrite({
    write: () => api(paths.collectionRefresh(collection.id), { method: 'POST', reply: Collection }),
    said: 'The data collection has looked at the library',
    touches: [collectionKeys.all],
  })
  return (
    <DetailHead
      name={collection.name}
      face={collectionFaceOf(collection, nowMs)}
      about={collection.description}
      actions={
        mayWrite && (
          <>
            <Button
              variant="default"
              leftSection={<Icon name="retry" size={14} />}
              loading={refresh.isPending}
              onClick={() => refresh.mutate()}
            >
              Refresh now
            </Button>
            <CollectionMenu collection={collection} />
          </>
        )
      }
    >
      {refresh.isError && <ProblemAlert what="The refresh" error={refresh.error} />}
    </DetailHead>
  )
}

function CollectionMenu({ collection }: { collection: Collection }) {
  const navigate = useNavigate()
  const [asks, setAsks] = useState(false)
  const remove = useWrite({
    write: () => api(paths.collection(collection.id), { method: 'DELETE' }),
    said: 'The data collection is deleted',
    touches: [collectionKeys.lists],
    onDone: () => void navigate({ to: '/collections' }),
  })
  return (
    <>
      <ActionMenu
        label={`Actions for ${plainText(collection.name)}`}
        actions={[
          {
            name: 'Edit …',
            icon: 'pencil',
            act: () =>
              void navigate({ to: '/collections/$collectionId/edit', params: { collectionId: collection.id } }),
          },
          { name: 'Delete …', icon: 'cross', isDangerous: true, act: () => setAsks(true) },
        ]}
      />
      {asks && (
        <DeleteDialog noun="data collection" onClose={() => setAsks(false)} action={remove}>
          <p>
            <strong>
              <PlainText text={collection.name} />
            </strong>
            , its versions and its history go. The library keeps what it holds. A data collection that a job, a list or
            TAXII names is not deleted.
          </p>
        </DeleteDialog>
      )}
    </>
  )
}

function CollectionFacts({ collection }: { collection: CollectionDetail }) {
  const given = givenWords(collection.count, collection.leftOut ?? {})
  return (
    <section className={form['card']} aria-label="The data collection">
      <Facts label="Facts" isWide>
        <Fact name="Members">{formatCount(collection.count)}</Fact>
        <Fact name="Version">{collection.version === 0 ? 'None yet' : formatCount(collection.version)}</Fact>
        <Fact name="Last full look">
          {collection.refreshedAt === null ? 'Not yet' : <Timestamp instant={collection.refreshedAt} />}
        </Fact>
        <Fact name="At least every">{freshnessWords(collection.freshnessSeconds)}</Fact>
        <Fact name="Made by">{collection.madeBy === null ? 'Not known' : <PlainText text={collection.madeBy} />}</Fact>
        <Fact name="Seen by">
          {collection.isShared ? 'Everyone of the organization' : 'Who made it, and administrators'}
        </Fact>
        {given !== '' && (
          <Fact name="Exported" isLong>
            {given} <a href={`#${leftOutSectionId}`}>Show which</a>
          </Fact>
        )}
      </Facts>
    </section>
  )
}

const leftOutSectionId = 'left-out'

/** Where counting took too long, too: its first page is there at once. */
function LeftOutSection({ collection: { id, version, leftOut } }: { collection: CollectionDetail }) {
  const total = leftOut === null ? undefined : Object.values(leftOut).reduce((sum, each) => sum + each, 0)
  if (total === 0 || version === 0) return null
  return (
    <Section id={leftOutSectionId} title="What no reader is given" summary="Members that are left out, and why">
      <LeftOutTable query={collectionQueries.leftOut(id, version)} total={total} />
    </Section>
  )
}

function QuerySection({ collection: { tql } }: { collection: Collection }) {
  return (
    <Section
      title="Query"
      summary={
        tql.length <= addressQueryLengthMax && (
          <Link to="/indicators" search={{ tql }}>
            Show what it finds now
          </Link>
        )
      }
    >
      <pre className={classes['tql']}>
        <LongText text={tql} />
      </pre>
    </Section>
  )
}
