import { Button } from '@mantine/core'
import {
  type ChangeTaxiiCollection,
  type ChangeTaxiiRoot,
  paths,
  TaxiiCollectionSettings,
  TaxiiRoot,
} from '@postern/protocol'
import { useState } from 'react'
import { readerKeys } from '../api/reader-queries.ts'
import { api } from '../api/api.ts'
import { useWrite } from '../api/use-write.ts'
import { Check } from '../elements/check.tsx'
import { DeleteDialog } from '../elements/delete-dialog.tsx'
import form from '../elements/form.module.css'
import { FormDialog } from '../elements/form-dialog.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { plainText } from '../format/text-pieces.ts'
import { AliasField, DescriptionField, TitleField } from './taxii-fields.tsx'

export function EditTaxiiRootDialog({ root, onClose }: { root: TaxiiRoot; onClose: () => void }) {
  const [title, setTitle] = useState(root.title)
  const [description, setDescription] = useState(root.description ?? '')
  const path = paths.taxiiRoot(encodeURIComponent(root.id))
  const save = useWrite({
    write: () => {
      const body: ChangeTaxiiRoot = { title: title.trim(), description: description.trim() || null }
      return api(path, { method: 'PATCH', body, reply: TaxiiRoot })
    },
    said: 'The API root is changed',
    touches: [readerKeys.roots],
    onDone: onClose,
  })
  return (
    <EditDialog noun="API root" thing={root} path={path} isReady={title.trim() !== ''} onClose={onClose} action={save}>
      <TitleField value={title} onChange={setTitle} isFirst />
      <DescriptionField value={description} onChange={setDescription} />
    </EditDialog>
  )
}

interface EditTaxiiCollectionDialogProps {
  collection: TaxiiCollectionSettings
  onClose: () => void
}

/** What it serves and up to which TLP stays; who is granted it is said here and changed at the reader. */
export function EditTaxiiCollectionDialog({ collection, onClose }: EditTaxiiCollectionDialogProps) {
  const [title, setTitle] = useState(collection.title)
  const [description, setDescription] = useState(collection.description ?? '')
  const [alias, setAlias] = useState(collection.alias ?? '')
  const [canWrite, setCanWrite] = useState(collection.canWrite)
  const path = paths.taxiiCollection(encodeURIComponent(collection.id))
  const isOwner = collection.ownerId !== null
  const save = useWrite({
    write: () => {
      const body: ChangeTaxiiCollection = {
        title: title.trim(),
        description: description.trim() || null,
        alias: alias || null,
        ...(isOwner && { canWrite }),
      }
      return api(path, { method: 'PATCH', body, reply: TaxiiCollectionSettings })
    },
    said: 'The TAXII collection is changed',
    touches: [readerKeys.taxiiCollections, readerKeys.readers],
    onDone: onClose,
  })
  const readers = collection.readers.map(({ name }) => plainText(name)).join(', ')
  return (
    <EditDialog
      noun="TAXII collection"
      thing={collection}
      path={path}
      isReady={title.trim() !== ''}
      onClose={onClose}
      action={save}
    >
      <TitleField value={title} onChange={setTitle} isFirst />
      <DescriptionField value={description} onChange={setDescription} />
      <AliasField value={alias} onChange={setAlias} />
      {isOwner && (
        <Check
          label="Clients may write: what they send is asserted in the owner’s name"
          checked={canWrite}
          onChange={setCanWrite}
        />
      )}
      <p>{readers === '' ? 'No reader is granted it; grant it at a reader.' : `Granted to: ${readers}.`}</p>
    </EditDialog>
  )
}

interface EditDialogProps {
  noun: 'API root' | 'TAXII collection'
  thing: { title: string; url: string }
  path: string
  isReady: boolean
  onClose: () => void
  action: { mutate: () => void; isPending: boolean; error: unknown }
  children: React.ReactNode
}

function EditDialog({ noun, thing, path, children, ...dialog }: EditDialogProps) {
  const [asks, setAsks] = useState(false)
  const { onClose } = dialog
  const remove = useWrite({
    write: () => api(path, { method: 'DELETE' }),
    said: `The ${noun} is deleted`,
    touches: [readerKeys.roots, readerKeys.taxiiCollections, readerKeys.readers],
    onDone: onClose,
  })
  if (asks) {
    return (
      <DeleteDialog noun={noun} onClose={onClose} action={remove}>
        <p>
          <strong>
            <PlainText text={thing.title} />
          </strong>{' '}
          is not answered any more at <code>{thing.url}</code>. What it serves stays in the library.
        </p>
      </DeleteDialog>
    )
  }
  return (
    <FormDialog {...dialog} title={plainText(thing.title)} confirm={`Save the ${noun}`}>
      {children}
      <div className={form['row']}>
        <Button variant="subtle" color="brick" size="xs" onClick={() => setAsks(true)}>
          {`Delete the ${noun} …`}
        </Button>
      </div>
    </FormDialog>
  )
}
