import { Tabs } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { PageHead } from '../elements/page-head.tsx'

const parts = { '/settings': 'Names', '/settings/mail': 'Mail' } as const
type SettingsPath = keyof typeof parts

/** Head of the settings' pages, with the way from one to the other. */
export function SettingsHead({ at, lead }: { at: SettingsPath; lead: string }) {
  const navigate = useNavigate()
  return (
    <>
      <PageHead title="Settings" lead={lead} />
      <Tabs
        value={at}
        onChange={(next) => {
          if (next === '/settings' || next === '/settings/mail') void navigate({ to: next })
        }}
      >
        <Tabs.List aria-label="Parts of the settings">
          {Object.entries(parts).map(([path, name]) => (
            <Tabs.Tab key={path} value={path}>
              {name}
            </Tabs.Tab>
          ))}
        </Tabs.List>
      </Tabs>
    </>
  )
}
