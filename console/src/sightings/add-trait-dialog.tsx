import { Collection, type SightingTrait } from '@postern/protocol'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { paths } from '../api/paths.ts'
import { sightingKeys } from '../api/sighting-queries.ts'
import { collectionKeys, collectionQueries } from '../api/collection-queries.ts'
import { api } from '../api/api.ts'
import { useWrite } from '../api/use-write.ts'
import { ChangeWords, ExportedWords, totalWords } from '../collections/collection-preview.tsx'
import classes from '../collections/collections.module.css'
import { usePreview } from '../collections/use-preview.ts'
import { ChoiceField } from '../elements/choice-field.tsx'
import { type Choice, idChoices } from '../elements/choices.ts'
import { FormDialog } from '../elements/form-dialog.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { ProblemAlert } from '../elements/problem-alert.tsx'
import { SkeletonRows } from '../elements/skeleton-rows.tsx'
import { TqlField } from '../tql/tql-field.tsx'
import { type TraitUse, withTrait } from './with-trait.ts'

const useChoices: readonly Choice<TraitUse>[] = [
  { value: 'widen', label: 'comes in as well' },
  { value: 'narrow', label: 'stays, and all else leaves' },
]

interface AddTraitDialogProps {
  trait: SightingTrait
  /** That is analysed; another can be chosen. */
  collectionId: string | undefined
  onClose: () => void
}

/** Adds what sighted values share to a collection's query, with what would enter and leave before it is saved. */
export function AddTraitDialog({ trait, collectionId, onClose }: AddTraitDialogProps) {
  const collections = useQuery(collectionQueries.choices())
  const [chosen, setChosen] = useState(collectionId)
  const collection = collections.data?.find(({ id }) => id === chosen) ?? collections.data?.[0]
  const [use, setUse] = useState<TraitUse>('widen')
  const [written, setWritten] = useState<string>()
  const tql = written ?? (collection ? withTrait(collection.tql, trait.tql, use) : trait.tql)
  const { preview, mistake, isIdle } = usePreview(tql, collection?.id)
  const save = useWrite({
    write: async () => {
      if (!collection) throw new Error('no collection is chosen')
      return api(paths.collection(collection.id), {
        method: 'PATCH',
        body: { tql },
        reply: Collection,
      })
    },
    said: 'The data collection is saved',
    touches: [collectionKeys.all, sightingKeys.analysis],
    onDone: onClose,
  })
  return (
    <FormDialog
      title="Add to a data collection"
      confirm="Save the data collection"
      isReady={collection !== undefined && mistake === undefined && preview.isSuccess && !preview.isPlaceholderData}
      isWide
      onClose={onClose}
      action={save}
    >
      {collections.isPending && <SkeletonRows label="Loading data collections" rows={3} />}
      {collections.isError && <ProblemAlert what="The data collections" error={collections.error} />}
      {collections.data?.length === 0 && <p>There is no data collection yet: make one first.</p>}
      {collection && (
        <>
          <ChoiceField
            name="collection"
            label="Data collection"
            value={collection.id}
            choices={idChoices(collections.data ?? [])}
            onChange={(id) => {
              setChosen(id)
              setWritten(undefined)
            }}
          />
          <ChoiceField
            name="use"
            label="What has this trait"
            value={use}
            choices={useChoices}
            onChange={(wanted) => {
              setUse(wanted)
              setWritten(undefined)
            }}
          />
          <TqlField label="Query" value={tql} mistake={mistake} onChange={setWritten} />
          <div className={classes['preview']} aria-live="polite" data-old={preview.isPlaceholderData || undefined}>
            {!isIdle && preview.isPending && <p>Looking what would enter and leave …</p>}
            {preview.isError && mistake === undefined && <ProblemAlert what="The preview" error={preview.error} />}
            {preview.data && (
              <>
                <p>
                  <PlainText text={collection.name} /> would hold {totalWords(preview.data).toLowerCase()}.
                </p>
                <ExportedWords preview={preview.data} />
                <ChangeWords preview={preview.data} />
              </>
            )}
          </div>
        </>
      )}
    </FormDialog>
  )
}
