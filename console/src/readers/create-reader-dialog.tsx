import { Button } from '@mantine/core'
import { CreatedReader, type CreateReader } from '@postern/protocol'
import { useState } from 'react'
import { paths } from '../api/paths.ts'
import { readerKeys } from '../api/reader-queries.ts'
import { api } from '../api/api.ts'
import { useWrite } from '../api/use-write.ts'
import { ChoiceField } from '../elements/choice-field.tsx'
import { wordChoices } from '../elements/choices.ts'
import { CopyButton } from '../elements/copy-button.tsx'
import form from '../elements/form.module.css'
import { FormDialog } from '../elements/form-dialog.tsx'
import { leftEmpty } from '../elements/left-empty.ts'
import { ModalDialog } from '../elements/modal-dialog.tsx'
import dialog from '../elements/modal-dialog.module.css'
import { Notice } from '../elements/notice.tsx'
import { NameField, TextField } from '../elements/text-field.tsx'
import { entriesOf } from '../format/entries-of.ts'
import { GrantFields, type Grants } from './grant-fields.tsx'
import { NetworkField } from './network-field.tsx'

type Credential = CreateReader['credential']

const credentialWords: Record<Credential, string> = {
  basic: 'User name and password: firewalls, most TAXII clients',
  token: 'Token: Authorization: Bearer',
  certificate: 'Client certificate',
}

export function CreateReaderDialog({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('')
  const [credential, setCredential] = useState<Credential>('basic')
  const [certificate, setCertificate] = useState('')
  const [networks, setNetworks] = useState('')
  const [grants, setGrants] = useState<Grants>({ lists: [], taxiiCollections: [] })
  const [made, setMade] = useState<CreatedReader>()
  const create = useWrite({
    write: () =>
      api(paths.readers, {
        method: 'POST',
        body: {
          name: name.trim(),
          credential,
          ...(credential === 'certificate' && { certificate: certificate.trim() }),
          networks: entriesOf(networks),
          ...grants,
        },
        reply: CreatedReader,
      }),
    said: 'The reader is made',
    touches: [readerKeys.readers],
    onDone: setMade,
  })
  if (made) return <ShownOnce reader={made} onClose={onClose} />
  return (
    <FormDialog
      title="New reader"
      confirm="Make the reader"
      mistakes={leftEmpty({
        name: [name, 'Give it a name.'],
        ...(credential === 'certificate' && { certificate: [certificate, 'Paste the certificate.'] }),
      })}
      onClose={onClose}
      action={create}
    >
      <NameField
        hint="The machine that fetches. Letters, digits, space, _ and -."
        lengthMax={64}
        value={name}
        onChange={setName}
      />
      <ChoiceField
        name="credential"
        label="Credential"
        value={credential}
        choices={wordChoices(credentialWords)}
        onChange={setCredential}
      />
      {credential === 'certificate' && (
        <TextField
          name="certificate"
          label="Certificate"
          hint="In PEM, without its key; behind it those of its issuers up to the root, unless it vouches for itself."
          isCode
          rows={6}
          isRequired
          value={certificate}
          onChange={setCertificate}
        />
      )}
      <NetworkField value={networks} onChange={setNetworks} />
      <GrantFields grants={grants} onChange={setGrants} />
    </FormDialog>
  )
}

/** The hub keeps no credential that it could show again. */
function ShownOnce({ reader, onClose }: { reader: CreatedReader; onClose: () => void }) {
  const shown = [
    reader.username !== null && { name: 'User name', text: reader.username },
    reader.password !== null && { name: 'Password', text: reader.password },
    reader.token !== null && { name: 'Token', text: reader.token },
  ].filter((each) => each !== false)
  return (
    <ModalDialog title="The reader is made" open {...(shown.length === 0 && { onClose })}>
      <div className={dialog['fields']}>
        {shown.length === 0 ? (
          <p>It signs in with its client certificate.</p>
        ) : (
          <Notice>Copy it now: the hub shows it this once and never again.</Notice>
        )}
        {shown.map(({ name, text }) => (
          <div key={name}>
            <p>{name}</p>
            <div className={form['secret']}>
              <span className={form['stretch']}>{text}</span>
              <CopyButton text={text} label={`Copy the ${name.toLowerCase()}`} />
            </div>
          </div>
        ))}
      </div>
      <div className={dialog['actions']}>
        <Button data-focus-first onClick={onClose}>
          {shown.length === 0 ? 'Close' : 'I have copied it'}
        </Button>
      </div>
    </ModalDialog>
  )
}
