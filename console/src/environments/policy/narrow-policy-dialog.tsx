import { type NarrowServerPolicy, PolicyNarrowingRequests } from '@postern/protocol'
import { useState } from 'react'
import { api } from '../../api/api.ts'
import { paths } from '../../api/paths.ts'
import { policyQueries } from '../../api/policy-queries.ts'
import { useWrite } from '../../api/use-write.ts'
import { ChoiceField } from '../../elements/choice-field.tsx'
import { FormDialog } from '../../elements/form-dialog.tsx'
import { Notice } from '../../elements/notice.tsx'
import { TextField } from '../../elements/text-field.tsx'
import { type NarrowedList, narrowedLists, narrowedNames, typedNames } from './policy-words.ts'

interface NarrowPolicyDialogProps {
  environmentId: string
  serverXid: string
  onClose: () => void
}

/** Asks the server to allow less (D36). It cannot be taken back from here, and says so before it is sent. */
export function NarrowPolicyDialog({ environmentId, serverXid, onClose }: NarrowPolicyDialogProps) {
  const [list, setList] = useState<NarrowedList>('apps')
  const [text, setText] = useState('')
  const names = typedNames(text)
  const save = useWrite({
    write: () => {
      const body: NarrowServerPolicy = { narrowing: { [list]: names ?? [] } }
      return api(paths.environmentServerNarrowings(environmentId, serverXid), {
        method: 'POST',
        body,
        reply: PolicyNarrowingRequests,
      })
    },
    said: 'The server is asked to allow less',
    touches: [policyQueries.one(environmentId, serverXid).queryKey],
    onDone: onClose,
  })
  return (
    <FormDialog
      title="Narrow its policy"
      confirm="Narrow it"
      isDangerous
      {...(names === undefined && { mistakes: { narrowing: 'Name what stays allowed, or type none.' } })}
      onClose={onClose}
      action={save}
    >
      <ChoiceField
        name="list"
        label="What"
        isFirst
        value={list}
        choices={narrowedNames.map((each) => ({ value: each, label: narrowedLists[each].label }))}
        onChange={setList}
      />
      <TextField
        name="narrowing"
        label="What stays allowed"
        hint={`${narrowedLists[list].hint} One a line; none for nothing at all.`}
        isRequired
        isCode
        rows={4}
        value={text}
        onChange={setText}
      />
      <Notice role="note">
        The hub cannot take this back. A person on the server can, with <code>./postern-envsvr policy clear-hub</code>.
      </Notice>
    </FormDialog>
  )
}
