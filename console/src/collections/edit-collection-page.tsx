import { Collection, paths } from '@postern/protocol'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { api } from '../api/api.ts'
import { collectionKeys, collectionQueries } from '../api/collection-queries.ts'
import { useWrite } from '../api/use-write.ts'
import { pages } from '../app/pages.ts'
import { DetailPage } from '../elements/detail-page.tsx'
import { PageHead } from '../elements/page-head.tsx'
import { type CollectionDraft, CollectionForm } from './collection-form.tsx'

export function EditCollectionPage() {
  const { collectionId } = useParams({ from: '/signed-in/collections/$collectionId/edit' })
  const navigate = useNavigate()
  const back = () => void navigate({ to: '/collections/$collectionId', params: { collectionId } })
  // What is being typed must not be overwritten by what somebody else saves meanwhile.
  const query = useQuery({ ...collectionQueries.one(collectionId), staleTime: 0, refetchOnWindowFocus: false })
  const save = useWrite({
    write: ({ name, description, ...rest }: CollectionDraft) =>
      api(paths.collection(encodeURIComponent(collectionId)), {
        method: 'PATCH',
        body: {
          ...rest,
          description: description.trim(),
          ...(name.trim() !== query.data?.name && { name: name.trim() }),
        },
        reply: Collection,
      }),
    said: 'The data collection is saved',
    touches: [collectionKeys.all],
    onDone: back,
  })
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
          {query.isFetchedAfterMount && (
            <CollectionForm
              draft={{
                name: collection.name,
                description: collection.description ?? '',
                tql: collection.tql,
                freshnessSeconds: collection.freshnessSeconds,
                isShared: collection.isShared,
              }}
              collectionId={collectionId}
              save={save}
              saveName="Save the data collection"
              onCancel={back}
            />
          )}
        </>
      )}
    </DetailPage>
  )
}
