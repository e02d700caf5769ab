import { Button, Switch } from '@mantine/core'
import { useState } from 'react'
import { CheckedForm } from '../elements/checked-form.tsx'
import { ChoiceField } from '../elements/choice-field.tsx'
import { fieldsOf } from '../elements/fields-of.ts'
import form from '../elements/form.module.css'
import { leftEmpty } from '../elements/left-empty.ts'
import { DescriptionField, NameField } from '../elements/text-field.tsx'
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
  const field = fieldsOf(draft, setDraft)
  const change = (changes: Partial<CollectionDraft>) => setDraft({ ...draft, ...changes })
  const isReady = draft.tql.trim() !== '' && mistake === undefined
  return (
    <CheckedForm
      className={form['page']}
      mistakes={leftEmpty({ name: [draft.name, 'Give it a name.'] })}
      error={save.error}
      refusedTitle="The data collection was not saved"
      onSend={() => {
        if (isReady) save.mutate(draft)
      }}
    >
      {(refusal) => (
        <>
          {refusal}
          <section className={`${form['card']} ${form['fields']}`} aria-label="The data collection">
            <div className={form['row']}>
              <NameField {...field('name')} lengthMax={64} />
              <ChoiceField
                name="freshnessSeconds"
                label="Full refresh at least every"
                value={String(draft.freshnessSeconds)}
                choices={freshnessChoices(initial.freshnessSeconds)}
                onChange={(seconds) => change({ freshnessSeconds: Number(seconds) })}
              />
            </div>
            <DescriptionField {...field('description')} />
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
          <CollectionPreview tql={draft.tql} query={preview} isIdle={isIdle} isOld={isOld} />
        </>
      )}
    </CheckedForm>
  )
}
