import { InvitedUser, type InviteUser, type Role } from '@postern/protocol'
import { useState } from 'react'
import { api } from '../api/api.ts'
import { paths } from '../api/paths.ts'
import { useWrite } from '../api/use-write.ts'
import { userKeys } from '../api/user-queries.ts'
import { ChoiceField } from '../elements/choice-field.tsx'
import { wordChoices } from '../elements/choices.ts'
import { FormDialog } from '../elements/form-dialog.tsx'
import { leftEmpty } from '../elements/left-empty.ts'
import { TextField } from '../elements/text-field.tsx'
import { HandedLink } from './handed-link.tsx'
import { roleWords } from './user-words.ts'

/** Makes an account whose password the invited person chooses. */
export function InviteUserDialog({ onClose }: { onClose: () => void }) {
  const [username, setUsername] = useState('')
  const [mailAddress, setMailAddress] = useState('')
  const [role, setRole] = useState<Role>('analyst')
  const invite = useWrite({
    write: () => {
      const body: InviteUser = { username: username.trim(), mailAddress: mailAddress.trim(), role }
      return api(paths.invitations, { method: 'POST', body, reply: InvitedUser })
    },
    said: 'The user is invited',
    touches: [userKeys.all],
  })
  if (invite.data) return <HandedLink username={invite.data.user.username} link={invite.data.link} onClose={onClose} />
  return (
    <FormDialog
      title="Invite a user"
      confirm="Invite the user"
      mistakes={leftEmpty({
        username: [username, 'Give the user a name.'],
        mailAddress: [mailAddress, 'Give the address that the link goes to.'],
      })}
      onClose={onClose}
      action={invite}
    >
      <TextField
        name="username"
        label="User name"
        hint="By which the person signs in; no spaces. It cannot be changed afterwards."
        lengthMax={254}
        autoComplete="off"
        isRequired
        isFirst
        value={username}
        onChange={setUsername}
      />
      <TextField
        name="mailAddress"
        label="Mail address"
        hint="The link to choose a password goes there; without a mail server it is shown to you."
        type="email"
        isCode
        lengthMax={254}
        autoComplete="off"
        isRequired
        value={mailAddress}
        onChange={setMailAddress}
      />
      <ChoiceField name="role" label="Role" value={role} choices={wordChoices(roleWords)} onChange={setRole} />
    </FormDialog>
  )
}
