import { NativeSelect, TextInput } from '@mantine/core'
import { type CreateTaxiiCollection, paths, TaxiiCollectionSettings, TaxiiRoot } from '@postern/protocol'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { collectionQueries } from '../api/collection-queries.ts'
import { ownerQueries } from '../api/owner-queries.ts'
import { api } from '../api/api.ts'
import { readerKeys, readerQueries } from '../api/reader-queries.ts'
import { useWrite } from '../api/use-write.ts'
import { Check } from '../elements/check.tsx'
import { tlpChoices } from '../elements/choices.ts'
import form from '../elements/form.module.css'
import { FormDialog } from '../elements/form-dialog.tsx'
import { Notice } from '../elements/notice.tsx'
import { plainText } from '../format/text-pieces.ts'
import { AliasField, DescriptionField, TitleField } from './taxii-fields.tsx'

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
      isReady={name !== '' && title.trim() !== ''}
      onClose={onClose}
      action={create}
    >
      <TextInput
        label="Name"
        description="A part of its address, /taxii2/<name>/. Small letters, digits and -."
        required
        maxLength={64}
        data-focus-first
        value={name}
        onChange={(event) => setName(event.currentTarget.value.toLowerCase().replaceAll(/[^a-z0-9-]/g, ''))}
      />
      <TitleField value={title} onChange={setTitle} />
      <DescriptionField value={description} onChange={setDescription} />
    </FormDialog>
  )
}

export function TaxiiCollectionDialog({ onClose }: { onClose: () => void }) {
  const roots = useQuery(readerQueries.rootChoices()).data ?? []
  const collections = useQuery(collectionQueries.choices()).data ?? []
  const owners = useQuery(ownerQueries.choices()).data ?? []
  const [root, setRoot] = useState<string>()
  const [title, setTitle] = useState('')
  const [alias, setAlias] = useState('')
  const [kind, setKind] = useState<'collection' | 'owner'>('collection')
  const [source, setSource] = useState('')
  const [canWrite, setCanWrite] = useState(false)
  const [tlpMax, setTlpMax] = useState('AMBER')
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
  const choices = (kind === 'collection' ? collections : owners).map(({ name }) => name)
  return (
    <FormDialog
      title="New TAXII collection"
      confirm="Make the TAXII collection"
      isReady={chosenRoot !== '' && title.trim() !== '' && source !== ''}
      onClose={onClose}
      action={create}
    >
      {roots.length === 0 && <Notice>Make an API root first: a collection lies below one.</Notice>}
      <TitleField value={title} onChange={setTitle} isFirst />
      <div className={form['row']}>
        <NativeSelect
          label="API root"
          required
          value={chosenRoot}
          onChange={(event) => setRoot(event.currentTarget.value)}
          data={roots.map(({ name }) => name)}
        />
        <AliasField value={alias} onChange={setAlias} />
      </div>
      <div className={form['row']}>
        <NativeSelect
          label="Serves"
          value={kind}
          onChange={(event) => {
            setKind(event.currentTarget.value === 'owner' ? 'owner' : 'collection')
            setSource('')
          }}
          data={[
            { value: 'collection', label: 'A data collection, to read' },
            { value: 'owner', label: 'An owner, to read and write' },
          ]}
        />
        <NativeSelect
          label={kind === 'collection' ? 'Data collection' : 'Owner'}
          required
          value={source}
          onChange={(event) => setSource(event.currentTarget.value)}
          data={[{ value: '', label: 'Choose …' }, ...choices.map((name) => ({ value: name, label: plainText(name) }))]}
        />
      </div>
      <NativeSelect
        label="TLP up to"
        value={tlpMax}
        onChange={(event) => setTlpMax(event.currentTarget.value)}
        data={tlpChoices}
      />
      {kind === 'owner' && (
        <Check
          label="Clients may write: what they send is asserted in the owner’s name"
          checked={canWrite}
          onChange={setCanWrite}
        />
      )}
    </FormDialog>
  )
}
