import { Tabs } from '@mantine/core'
import { useDocumentTitle } from '@mantine/hooks'
import { useNavigate, useSearch } from '@tanstack/react-router'
import form from '../elements/form.module.css'
import { PageHead } from '../elements/page-head.tsx'
import { ViewTabs } from '../elements/view-tabs.tsx'
import { NotificationTable } from './notification-table.tsx'
import { notificationsSearch } from './notifications-search.ts'
import { RuleSection } from './rule-section.tsx'

const names = { open: 'Now', closed: 'Before', rules: 'Who is told' } as const

/** What is the matter, what was, and who is told of it by mail (D33). */
export function NotificationsPage() {
  const opened = notificationsSearch.opened(useSearch({ from: '/signed-in/notifications' }))
  const navigate = useNavigate({ from: '/notifications' })
  useDocumentTitle(`Notifications: ${names[opened].toLowerCase()} · Postern`)
  return (
    <div className={form['page']}>
      <PageHead title="Notifications" lead="What is the matter, and who is told of it by mail." />
      <ViewTabs
        label="Notifications and rules"
        names={names}
        opened={opened}
        onOpen={(view) => void navigate({ search: notificationsSearch.toOpen(view), replace: true })}
      >
        <Tabs.Panel value="open" className={`${form['panel']} ${form['tabbed']}`}>
          <NotificationTable state="open" />
        </Tabs.Panel>
        <Tabs.Panel value="closed" className={`${form['panel']} ${form['tabbed']}`}>
          <NotificationTable state="closed" />
        </Tabs.Panel>
        <Tabs.Panel value="rules">
          <RuleSection />
        </Tabs.Panel>
      </ViewTabs>
    </div>
  )
}
