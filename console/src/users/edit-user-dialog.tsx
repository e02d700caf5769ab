import { Button, Switch } from '@mantine/core'
import { type ChangeUser, PasswordLink, type Role, User } from '@postern/protocol'
import { useState } from 'react'
import { api } from '../api/api.ts'
import { changedFields } from '../api/changed-fields.ts'
import { paths } from '../api/paths.ts'
import { useWrite } from '../api/use-write.ts'
import { userKeys } from '../api/user-queries.ts'
import { ChoiceField } from '../elements/choice-field.tsx'
import { wordChoices } from '../elements/choices.ts'
import { FormDialog } from '../elements/form-dialog.tsx'
import form from '../elements/form.module.css'
import { ProblemAlert } from '../elements/problem-alert.tsx'
import { TextField } from '../elements/text-field.tsx'
import { plainText } from '../format/text-pieces.ts'
import { HandedLink } from './handed-link.tsx'
import { roleWords } from './user-words.ts'

export function EditUserDialog({ user, onClose }: { user: User; onClose: () => void }) {
  const before = { role: user.role, mailAddress: user.mailAddress, isDisabled: user.disabledAt !== null }
  const [role, setRole] = useState<Role>(before.role)
  const [mailAddress, setMailAddress] = useState(before.mailAddress ?? '')
  const [isEnabled, setEnabled] = useState(!before.isDisabled)
  const save = useWrite({
    write: () => {
      const after = { role, mailAddress: mailAddress.trim() || null, isDisabled: !isEnabled }
      const body: ChangeUser = changedFields(before, after)
      return api(paths.user(user.id), { method: 'PATCH', body, reply: User })
    },
    said: 'The user is changed',
    touches: [userKeys.all],
    onDone: onClose,
  })
  const give = useWrite({
    write: () => api(paths.userPasswordLinks(user.id), { method: 'POST', reply: PasswordLink }),
    said: 'The link is made',
    touches: [],
  })
  if (give.data) return <HandedLink username={user.username} link={give.data} onClose={onClose} />
  return (
    <FormDialog title={plainText(user.username)} confirm="Save the user" onClose={onClose} action={save}>
      <Switch
        label="Enabled"
        description="Switched off, sessions and API tokens of the user end at once, and do not come back."
        data-focus-first
        checked={isEnabled}
        onChange={(event) => setEnabled(event.currentTarget.checked)}
      />
      <ChoiceField
        name="role"
        label="Role"
        hint="It holds at once; API tokens of the user above it end."
        value={role}
        choices={wordChoices(roleWords)}
        onChange={setRole}
      />
      <TextField
        name="mailAddress"
        label="Mail address"
        hint="Links to choose a password go there."
        type="email"
        isCode
        lengthMax={254}
        value={mailAddress}
        onChange={setMailAddress}
      />
      {user.disabledAt === null && (
        <div className={form['row']}>
          <Button variant="default" size="xs" loading={give.isPending} onClick={() => give.mutate()}>
            {user.isInvited ? 'Invite again' : 'Give a link to a new password'}
          </Button>
        </div>
      )}
      {give.isError && <ProblemAlert error={give.error} />}
    </FormDialog>
  )
}
