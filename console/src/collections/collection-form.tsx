import { Button, NativeSelect, Switch, Textarea, TextInput } from '@mantine/core'
import { useState } from 'react'
import { refusedFields } from '../api/field-problems.ts'
import form from '../elements/form.module.css'
import { ProblemAlert } from '../elements/problem-alert.tsx'
import { TqlField } from '../tql/tql-field.tsx'
import { CollectionPreview } from './collection-preview.tsx'
import { freshnessChoices } from './freshness.ts'
import { usePreview } from './use-preview.ts'

export interface CollectionDraft {
  name: string
  description: string
  tql: string
  freshnessSeconds: number
  isShared: boolean
}

interface CollectionFormProps {
  draft: CollectionDraft
  /** Of the collection that is edited. */
  collectionId?: string
  save: { mutate: (draft: CollectionDraft) => void; isPending: boolean; error: Error | null }
  saveName: string
  onCancel: () => void
}

/** A collection in a form, with what its query would hold as it is written. */
export function CollectionForm({ draft: initial, collectionId, save, saveName, onCancel }: CollectionFormProps) {
  const [draft, setDraft] = useState(initial)
  const { preview, mistake, isIdle, isOld } = usePreview(draft.tql, collectionId)
  const { name: nameProblem, description: descriptionProblem, ...others } = refusedFields(save.error)
  const isToldAtFields = (nameProblem ?? descriptionProblem) !== undefined && Object.keys(others).length === 0
  const change = (changes: Partial<CollectionDraft>) => setDraft({ ...draft, ...changes })
  const isReady = draft.name.trim() !== '' && draft.tql.trim() !== '' && mistake === undefined
  return (
    <form
      className={form['page']}
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        if (isReady) save.mutate(draft)
      }}
    >
      {save.error && !isToldAtFields && <ProblemAlert error={save.error} title="The data collection was not saved" />}
      <section className={`${form['card']} ${form['fields']}`} aria-label="The data collection">
        <div className={form['row']}>
          <TextInput
            label="Name"
            required
            maxLength={64}
            value={draft.name}
            error={nameProblem}
            onChange={(event) => change({ name: event.currentTarget.value })}
          />
          <NativeSelect
            label="Full refresh at least every"
            value={String(draft.freshnessSeconds)}
            onChange={(event) => change({ freshnessSeconds: Number(event.currentTarget.value) })}
            data={freshnessChoices(initial.freshnessSeconds)}
          />
        </div>
        <Textarea
          label="Description"
          rows={2}
          maxLength={2000}
          value={draft.description}
          error={descriptionProblem}
          onChange={(event) => change({ description: event.currentTarget.value })}
        />
        <TqlField
          label="Query"
          hint="In TQL; completion comes while you write, and with Ctrl and Space."
          value={draft.tql}
          mistake={mistake}
          onChange={(tql) => change({ tql })}
        />
        <Switch
          label="Shared with everyone of the organization"
          description="Otherwise only you and administrators see it."
          checked={draft.isShared}
          onChange={(event) => change({ isShared: event.currentTarget.checked })}
        />
        <div className={form['actions']}>
          <Button variant="default" onClick={onCancel}>
            Cancel
          </Button>
          <Button type="submit" disabled={!isReady} loading={save.isPending}>
            {saveName}
          </Button>
        </div>
      </section>
      <CollectionPreview query={preview} isIdle={isIdle} isOld={isOld} />
    </form>
  )
}
