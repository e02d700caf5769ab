import { type ChangeTaxiiCollection, type ChangeTaxiiRoot, TaxiiCollectionSettings, TaxiiRoot } from '@postern/protocol'
import { useState } from 'react'
import { changedFields } from '../api/changed-fields.ts'
import { paths } from '../api/paths.ts'
import { readerKeys } from '../api/reader-queries.ts'
import { api } from '../api/api.ts'
import { useWrite } from '../api/use-write.ts'
import { EditDialog } from '../elements/edit-dialog.tsx'
import form from '../elements/form.module.css'
import { leftEmpty } from '../elements/left-empty.ts'
import { PlainText } from '../elements/plain-text.tsx'
import { DescriptionField } from '../elements/text-field.tsx'
import { plainText } from '../format/text-pieces.ts'
import { SourceField, type SourceKind, TlpMaxField } from './served-fields.tsx'
import { AliasField, CanWriteField, TitleField, titleMissing } from './taxii-fields.tsx'
import { tlpLevelOf } from './tlp-level-of.ts'

export function EditTaxiiRootDialog({ root, onClose }: { root: TaxiiRoot; onClose: () => void }) {
  const [title, setTitle] = useState(root.title)
  const [description, setDescription] = useState(root.description ?? '')
  const path = paths.taxiiRoot(root.id)
  const save = useWrite({
    write: () => {
      const after = { title: title.trim(), description: description.trim() || null }
      const body: ChangeTaxiiRoot = changedFields({ title: root.title, description: root.description }, after)
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

/** All of it but its root and its kind; who is granted it is said here and changed at the reader. */
export function EditTaxiiCollectionDialog({ collection, onClose }: EditTaxiiCollectionDialogProps) {
  const [title, setTitle] = useState(collection.title)
  const [description, setDescription] = useState(collection.description ?? '')
  const [alias, setAlias] = useState(collection.alias ?? '')
  const [canWrite, setCanWrite] = useState(collection.canWrite)
  const path = paths.taxiiCollection(collection.id)
  const kind: SourceKind = collection.ownerId === null ? 'collection' : 'owner'
  const served = collection.ownerName ?? collection.collectionName ?? ''
  const [source, setSource] = useState(served)
  const [tlpMax, setTlpMax] = useState(tlpLevelOf(collection.tlpMax))
  const save = useWrite({
    write: () => {
      const after = {
        title: title.trim(),
        description: description.trim() || null,
        alias: alias || null,
        tlpMax,
        canWrite,
      }
      const body: ChangeTaxiiCollection = {
        ...changedFields({ ...collection, tlpMax: tlpLevelOf(collection.tlpMax) }, after),
        ...(source !== served && { [kind]: source }),
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
      <div className={form['row']}>
        <SourceField kind={kind} value={source} onChange={setSource} />
        <TlpMaxField value={tlpMax} onChange={setTlpMax} />
      </div>
      <p className={form['hint']}>
        Either holds at once: what readers may not have any more is left out, and they are told of it as revoked.
      </p>
      {kind === 'owner' && <CanWriteField checked={canWrite} onChange={setCanWrite} />}
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
