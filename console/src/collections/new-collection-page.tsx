import { useDocumentTitle } from '@mantine/hooks'
import { Collection } from '@postern/protocol'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useMay } from '../access/rights.ts'
import { collectionKeys } from '../api/collection-queries.ts'
import { api } from '../api/api.ts'
import { paths } from '../api/paths.ts'
import { useWrite } from '../api/use-write.ts'
import form from '../elements/form.module.css'
import { NoRight } from '../elements/no-right.tsx'
import { Crumbs, PageHead } from '../elements/page-head.tsx'
import { type CollectionDraft, CollectionForm } from './collection-form.tsx'

const freshnessSecondsDefault = 300

export function NewCollectionPage() {
  const navigate = useNavigate()
  const mayWrite = useMay('curate')
  const { tql = '' } = useSearch({ from: '/signed-in/collections/new' })
  const create = useWrite({
    write: (draft: CollectionDraft) =>
      api(paths.collections, { method: 'POST', body: bodyOf(draft), reply: Collection }),
    said: 'The data collection is made',
    touches: [collectionKeys.all],
    onDone: ({ id }) => void navigate({ to: '/collections/$collectionId', params: { collectionId: id } }),
  })
  useDocumentTitle('New data collection · Postern')
  if (!mayWrite) return <NoRight />
  return (
    <div className={form['page']}>
      <div>
        <Crumbs here="New">
          <Link to="/collections">Data collections</Link>
        </Crumbs>
        <PageHead title="New data collection" lead="A query with a name; what it would hold stands below it." />
      </div>
      <CollectionForm
        draft={{ name: '', description: '', tql, freshnessSeconds: freshnessSecondsDefault, isShared: true }}
        save={create}
        saveName="Make the data collection"
        onCancel={() => void navigate({ to: '/collections' })}
      />
    </div>
  )
}

function bodyOf({ name, description, ...rest }: CollectionDraft) {
  return { ...rest, name: name.trim(), ...(description.trim() !== '' && { description: description.trim() }) }
}
