import { Button } from '@mantine/core'
import { useDocumentTitle } from '@mantine/hooks'
import type { User } from '@postern/protocol'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useMay } from '../access/rights.ts'
import { userQueries } from '../api/user-queries.ts'
import { EmptyState } from '../elements/empty-state.tsx'
import form from '../elements/form.module.css'
import { Icon } from '../elements/icon.tsx'
import { NoRight } from '../elements/no-right.tsx'
import { PagedTable } from '../elements/paged-table.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { Section } from '../elements/section.tsx'
import { ShortText } from '../elements/short-text.tsx'
import { stateColumn } from '../elements/state-column.tsx'
import { Timestamp } from '../elements/timestamp.tsx'
import type { Column } from '../elements/virtual-table.tsx'
import { SettingsHead } from '../settings/settings-head.tsx'
import { EditUserDialog } from './edit-user-dialog.tsx'
import { InviteUserDialog } from './invite-user-dialog.tsx'
import { roleWords, userFaceOf } from './user-words.ts'

/** Administration → Settings → Users (ES-16): who may sign in, and as what. */
export function UsersPage() {
  const mayManage = useMay('administrate')
  useDocumentTitle('Settings: users · Postern')
  return (
    <div className={form['page']}>
      <SettingsHead at="/settings/users" lead="Who may sign in to this organization, and as what." />
      {mayManage ? <Users /> : <NoRight />}
    </div>
  )
}

function Users() {
  const users = useInfiniteQuery(userQueries.users())
  const [isInviting, setInviting] = useState(false)
  const [edited, setEdited] = useState<User>()
  return (
    <Section
      title="Users"
      summary="Each with a role; what one does is in the audit under the name"
      actions={
        <Button size="xs" leftSection={<Icon name="plus" size={14} />} onClick={() => setInviting(true)}>
          Invite a user
        </Button>
      }
    >
      <PagedTable
        label="Users"
        query={users}
        columns={columns}
        rowKey={({ id }) => id}
        onOpen={setEdited}
        empty={<EmptyState title="No user yet">Whoever is invited chooses a password by a link.</EmptyState>}
      />
      {isInviting && <InviteUserDialog onClose={() => setInviting(false)} />}
      {edited && <EditUserDialog user={edited} onClose={() => setEdited(undefined)} />}
    </Section>
  )
}

const columns: readonly Column<User>[] = [
  stateColumn(userFaceOf, '110px'),
  {
    key: 'username',
    header: 'User',
    width: 'minmax(140px, 1.6fr)',
    isPlain: true,
    render: ({ username }) => (
      <strong>
        <PlainText text={username} />
      </strong>
    ),
  },
  {
    key: 'role',
    header: 'Role',
    width: 'minmax(130px, 1.2fr)',
    render: ({ role }) => <span>{roleWords[role].split(':')[0]}</span>,
  },
  {
    key: 'mail',
    header: 'Mail address',
    width: 'minmax(150px, 1.6fr)',
    render: ({ mailAddress }) =>
      mailAddress === null ? <span className={form['soft']}>None</span> : <ShortText text={mailAddress} />,
  },
  {
    key: 'created',
    header: 'Since',
    width: '186px',
    isSecondary: true,
    render: ({ createdAt }) => <Timestamp instant={createdAt} />,
  },
]
