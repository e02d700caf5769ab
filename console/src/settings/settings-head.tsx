import { useNavigate } from '@tanstack/react-router'
import { useMay } from '../access/rights.ts'
import { PageHead } from '../elements/page-head.tsx'
import { ViewTabs } from '../elements/view-tabs.tsx'

const parts = {
  '/settings': 'Names',
  '/settings/mail': 'Mail',
  '/settings/users': 'Users',
  '/settings/keys': 'Keys',
} as const

type Part = keyof typeof parts

/** Head of the settings' pages, with the way from one to the other of those that the person may see. */
export function SettingsHead({ at, lead }: { at: Part; lead: string }) {
  const navigate = useNavigate()
  const shown = useSeenParts()
  return (
    <>
      <PageHead title="Settings" lead={lead} />
      <ViewTabs
        label="Parts of the settings"
        names={parts}
        shown={shown}
        opened={at}
        onOpen={(to) => void navigate({ to })}
      />
    </>
  )
}

/** Everybody has a mail address of their own. */
function useSeenParts(): Part[] {
  const mayWrite = useMay('write')
  const mayAdministrate = useMay('administrate')
  return [
    ...(mayWrite ? (['/settings'] as const) : []),
    '/settings/mail',
    ...(mayAdministrate ? (['/settings/users'] as const) : []),
    ...(mayWrite ? (['/settings/keys'] as const) : []),
  ]
}
