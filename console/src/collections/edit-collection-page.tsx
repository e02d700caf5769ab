import { Collection } from '@postern/protocol'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { useMay } from '../access/rights.ts'
import { api } from '../api/api.ts'
import { changedFields } from '../api/changed-fields.ts'
import { collectionKeys, collectionQueries } from '../api/collection-queries.ts'
import { paths } from '../api/paths.ts'
import { useWrite } from '../api/use-write.ts'
import { pages } from '../app/pages.ts'
import { DetailPage } from '../elements/detail-page.tsx'
import { NoRight } from '../elements/no-right.tsx'
import { PageHead } from '../elements/page-head.tsx'
import { type CollectionDraft, CollectionForm } from './collection-form.tsx'

export function EditCollectionPage() {
  const { collectionId } = useParams({ from: '/signed-in/collections/$collectionId/edit' })
  const navigate = useNavigate()
  const mayWrite = useMay('curate')
  const back = () => void navigate({ to: '/collections/$collectionId', params: { collectionId } })
  // What is being typed must not be overwritten by what somebody else saves meanwhile.
  const query = useQuery({ ...collectionQueries.one(collectionId), staleTime: 0, refetchOnWindowFocus: false })
  if (!mayWrite) return <NoRight />
  return (
    <DetailPage
      noun="data collection"
      list={pages.collections}
      id={collectionId}
      nameOf={({ name }) => `Edit ${name}`}
      crumbOf={({ name }) => `${name}: edit`}
      query={query}
    >
      {(collection) => (
        <>
          <PageHead title="Edit the data collection" lead="A changed query holds from the next refresh on." />
          {query.isFetchedAfterMount && <EditForm collection={collection} onLeave={back} />}
        </>
      )}
    </DetailPage>
  )
}

function EditForm({ collection, onLeave }: { collection: Collection; onLeave: () => void }) {
  const [before] = useState(() => draftOf(collection))
  const save = useWrite({
    said: 'The data collection is saved',
    touches: [collectionKeys.all],
    onDone: onLeave,
    write(draft: CollectionDraft) {
      const after = { ...draft, name: draft.name.trim(), description: draft.description.trim() }
      const body = changedFields(before, after)
      return api(paths.collection(collection.id), { method: 'PATCH', body, reply: Collection })
    },
  })
  return (
    <CollectionForm
      draft={before}
      collectionId={collection.id}
      save={save}
      saveName="Save the data collection"
      onCancel={onLeave}
    />
  )
}

function draftOf({ name, description, tql, freshnessSeconds, isShared }: Collection): CollectionDraft {
  return { name, description: description ?? '', tql, freshnessSeconds, isShared }
}
