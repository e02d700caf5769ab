import type { TlpLevel } from '@postern/intel'
import { type CreateTaxiiCollection, TaxiiCollectionSettings, TaxiiRoot } from '@postern/protocol'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../api/api.ts'
import { paths } from '../api/paths.ts'
import { readerKeys, readerQueries } from '../api/reader-queries.ts'
import { useWrite } from '../api/use-write.ts'
import { ChoiceField } from '../elements/choice-field.tsx'
import { type Choice, nameChoices } from '../elements/choices.ts'
import form from '../elements/form.module.css'
import { FormDialog } from '../elements/form-dialog.tsx'
import { leftEmpty } from '../elements/left-empty.ts'
import { Notice } from '../elements/notice.tsx'
import { DescriptionField, NameField } from '../elements/text-field.tsx'
import { type SourceKind, SourceField, TlpMaxField } from './served-fields.tsx'
import { AliasField, CanWriteField, TitleField, titleMissing } from './taxii-fields.tsx'

const kindChoices: readonly Choice<SourceKind>[] = [
  { value: 'collection', label: 'A data collection' },
  { value: 'owner', label: 'An owner' },
]

export function TaxiiRootDialog({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('')
  const [title, setTitle] = useState('')
  const [description, setDescription] = useState('')
  const create = useWrite({
    write: () =>
      api(paths.taxiiRoots, {
        method: 'POST',
        body: { name, title: title.trim(), ...(description.trim() !== '' && { description: description.trim() }) },
        reply: TaxiiRoot,
      }),
    said: 'The API root is made',
    touches: [readerKeys.roots],
    onDone: onClose,
  })
  return (
    <FormDialog
      title="New API root"
      confirm="Make the API root"
      mistakes={leftEmpty({ name: [name, 'Give it a name.'], title: [title, titleMissing] })}
      onClose={onClose}
      action={create}
    >
      <NameField
        hint="A part of its address, /taxii2/<name>/. Small letters, digits and -."
        lengthMax={64}
        value={name}
        onChange={(text) => setName(text.toLowerCase().replaceAll(/[^a-z0-9-]/g, ''))}
      />
      <TitleField value={title} onChange={setTitle} />
      <DescriptionField value={description} onChange={setDescription} />
    </FormDialog>
  )
}

export function TaxiiCollectionDialog({ onClose }: { onClose: () => void }) {
  const roots = useQuery(readerQueries.rootChoices()).data ?? []
  const [root, setRoot] = useState<string>()
  const [title, setTitle] = useState('')
  const [alias, setAlias] = useState('')
  const [kind, setKind] = useState<SourceKind>('collection')
  const [source, setSource] = useState('')
  const [canWrite, setCanWrite] = useState(false)
  const [tlpMax, setTlpMax] = useState<TlpLevel>('AMBER')
  const chosenRoot = root ?? roots[0]?.name ?? ''
  const create = useWrite({
    write: () => {
      const body: CreateTaxiiCollection = {
        root: chosenRoot,
        title: title.trim(),
        ...(alias !== '' && { alias }),
        [kind]: source,
        ...(kind === 'owner' && { canWrite }),
        tlpMax,
      }
      return api(paths.taxiiCollections, { method: 'POST', body, reply: TaxiiCollectionSettings })
    },
    said: 'The TAXII collection is made',
    touches: [readerKeys.taxiiCollections],
    onDone: onClose,
  })
  return (
    <FormDialog
      title="New TAXII collection"
      confirm="Make the TAXII collection"
      mistakes={leftEmpty({
        title: [title, titleMissing],
        root: [chosenRoot, 'Make an API root first.'],
        [kind]: [source, 'Choose what it serves.'],
      })}
      onClose={onClose}
      action={create}
    >
      {roots.length === 0 && <Notice>Make an API root first: a collection lies below one.</Notice>}
      <TitleField value={title} onChange={setTitle} isFirst />
      <div className={form['row']}>
        <ChoiceField
          name="root"
          label="API root"
          isRequired
          value={chosenRoot}
          choices={nameChoices(roots)}
          onChange={setRoot}
        />
        <AliasField value={alias} onChange={setAlias} />
      </div>
      <div className={form['row']}>
        <ChoiceField
          name="serves"
          label="Serves"
          value={kind}
          choices={kindChoices}
          onChange={(chosen) => {
            setKind(chosen)
            setSource('')
          }}
        />
        <SourceField kind={kind} value={source} onChange={setSource} />
      </div>
      <TlpMaxField value={tlpMax} onChange={setTlpMax} />
      {kind === 'owner' && <CanWriteField checked={canWrite} onChange={setCanWrite} />}
    </FormDialog>
  )
}
