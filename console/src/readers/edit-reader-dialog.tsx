import { Switch } from '@mantine/core'
import { type ChangeReader, Reader } from '@postern/protocol'
import { useState } from 'react'
import { changedFields } from '../api/changed-fields.ts'
import { paths } from '../api/paths.ts'
import { readerKeys } from '../api/reader-queries.ts'
import { api } from '../api/api.ts'
import { useWrite } from '../api/use-write.ts'
import { EditDialog } from '../elements/edit-dialog.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { plainText } from '../format/text-pieces.ts'
import { entriesOf } from '../format/entries-of.ts'
import { GrantFields, type Grants } from './grant-fields.tsx'
import { NetworkField } from './network-field.tsx'

export function EditReaderDialog({ reader, onClose }: { reader: Reader; onClose: () => void }) {
  const before = { isEnabled: reader.isEnabled, networks: reader.networks, ...grantsOf(reader) }
  const [isEnabled, setEnabled] = useState(before.isEnabled)
  const [networks, setNetworks] = useState(before.networks.join('\n'))
  const [grants, setGrants] = useState<Grants>(() => grantsOf(reader))
  const path = paths.reader(reader.id)
  const save = useWrite({
    write: () => {
      const body: ChangeReader = changedFields(before, { isEnabled, networks: entriesOf(networks), ...grants })
      return api(path, { method: 'PATCH', body, reply: Reader })
    },
    said: 'The reader is changed',
    touches: [readerKeys.readers],
    onDone: onClose,
  })
  return (
    <EditDialog
      title={plainText(reader.name)}
      confirm="Save the reader"
      onClose={onClose}
      action={save}
      removal={{
        noun: 'reader',
        verb: 'Remove',
        path,
        touches: [readerKeys.readers],
        words: (
          <p>
            The credential of{' '}
            <strong>
              <PlainText text={reader.name} />
            </strong>{' '}
            ends at once. What it fetched stays where it is.
          </p>
        ),
      }}
    >
      <Switch
        label="Enabled"
        description="Switched off, its credential is refused at once."
        data-focus-first
        checked={isEnabled}
        onChange={(event) => setEnabled(event.currentTarget.checked)}
      />
      <NetworkField value={networks} onChange={setNetworks} />
      <GrantFields grants={grants} onChange={setGrants} />
    </EditDialog>
  )
}

function grantsOf({ lists, taxiiCollections }: Reader): Grants {
  return {
    lists: lists.map(({ id }) => id),
    taxiiCollections: taxiiCollections.map(({ id, canRead, canWrite }) => ({ id, canRead, canWrite })),
  }
}
