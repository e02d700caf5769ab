import { Button } from '@mantine/core'
import { ImportedWarningList } from '@postern/protocol'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { exclusionKeys } from '../api/exclusion-queries.ts'
import { api, ApiProblem } from '../api/api.ts'
import { paths } from '../api/paths.ts'
import { useWrite } from '../api/use-write.ts'
import { FileChoice } from '../elements/file-choice.tsx'
import { FormDialog } from '../elements/form-dialog.tsx'
import { ModalDialog } from '../elements/modal-dialog.tsx'
import dialog from '../elements/modal-dialog.module.css'
import { PlainText } from '../elements/plain-text.tsx'
import { formatCountOf } from '../format/quantities.ts'
import { RefusedEntries } from './refused-entries.tsx'

/** Takes a warning list as MISP publishes it; one of the same name is brought up to date. */
export function ImportListDialog({ onClose }: { onClose: () => void }) {
  const [file, setFile] = useState<File>()
  const [done, setDone] = useState<ImportedWarningList>()
  const send = useWrite({
    write: async () => {
      if (!file) throw new Error('no file is chosen')
      return api(paths.warningLists, {
        method: 'POST',
        body: jsonOf(await file.text()),
        reply: ImportedWarningList,
      })
    },
    said: 'The list is imported',
    touches: [exclusionKeys.all],
    onDone: setDone,
  })
  if (done) return <Imported done={done} onClose={onClose} />
  return (
    <FormDialog
      title="Import a warning list"
      confirm="Import the list"
      {...(file === undefined && { mistakes: { file: 'Choose the file.' } })}
      onClose={onClose}
      action={send}
    >
      <p>
        The <code>list.json</code> of one list of misp-warninglists. A list of the same name is brought up to date; what
        it does and where it applies stays as it was set.
      </p>
      <FileChoice name="file" label="File" accept=".json,application/json" file={file} onFile={setFile} />
    </FormDialog>
  )
}

function Imported({ done, onClose }: { done: ImportedWarningList; onClose: () => void }) {
  return (
    <ModalDialog title={done.isNew ? 'The list is imported' : 'The list is up to date'} open onClose={onClose}>
      <p>
        <Link to="/exclusion-lists/$listId" params={{ listId: done.list.id }}>
          <PlainText text={done.list.name} />
        </Link>{' '}
        holds {formatCountOf(done.list.entryCount, 'entry', 'entries')}
        {done.list.isEnabled ? '.' : '. It is off: look at it, and switch it on.'}
      </p>
      {done.refused.length > 0 && <RefusedEntries refused={done.refused} />}
      <div className={dialog['actions']}>
        <Button data-focus-first onClick={onClose}>
          Close
        </Button>
      </div>
    </ModalDialog>
  )
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new ApiProblem({
      code: 'invalid',
      title: 'The list was not imported',
      detail: 'file: it is no JSON. A warning list is the list.json of its folder in misp-warninglists.',
      cause: error,
    })
  }
}
