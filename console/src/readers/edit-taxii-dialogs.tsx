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
import { EditDialog } from '../elements/edit-dialog.tsx'
import { leftEmpty } from '../elements/left-empty.ts'
import { PlainText } from '../elements/plain-text.tsx'
import { DescriptionField } from '../elements/text-field.tsx'
import { plainText } from '../format/text-pieces.ts'
import { AliasField, CanWriteField, TitleField, titleMissing } from './taxii-fields.tsx'

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
    <EditDialog
      title={plainText(root.title)}
      confirm="Save the API root"
      mistakes={leftEmpty({ title: [title, titleMissing] })}
      onClose={onClose}
      action={save}
      removal={removalOf('API root', root, path)}
    >
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
      title={plainText(collection.title)}
      confirm="Save the TAXII collection"
      mistakes={leftEmpty({ title: [title, titleMissing] })}
      onClose={onClose}
      action={save}
      removal={removalOf('TAXII collection', collection, path)}
    >
      <TitleField value={title} onChange={setTitle} isFirst />
      <DescriptionField value={description} onChange={setDescription} />
      <AliasField value={alias} onChange={setAlias} />
      {isOwner && <CanWriteField checked={canWrite} onChange={setCanWrite} />}
      <p>{readers === '' ? 'No reader is granted it; grant it at a reader.' : `Granted to: ${readers}.`}</p>
    </EditDialog>
  )
}

/** What goes with an API root or a TAXII collection, and what stays. */
function removalOf(noun: 'API root' | 'TAXII collection', thing: { title: string; url: string }, path: string) {
  return {
    noun,
    path,
    touches: [readerKeys.roots, readerKeys.taxiiCollections, readerKeys.readers],
    words: (
      <p>
        <strong>
          <PlainText text={thing.title} />
        </strong>{' '}
        is not answered any more at <code>{thing.url}</code>. What it serves stays in the library.
      </p>
    ),
  }
}
