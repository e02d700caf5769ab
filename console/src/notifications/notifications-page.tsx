import { Tabs } from '@mantine/core'
import { useDocumentTitle } from '@mantine/hooks'
import { useNavigate, useSearch } from '@tanstack/react-router'
import form from '../elements/form.module.css'
import { PageHead } from '../elements/page-head.tsx'
import { NotificationTable } from './notification-table.tsx'
import { type NotificationView, notificationViews } from './notifications-search.ts'
import { RuleSection } from './rule-section.tsx'

const names: Record<NotificationView, string> = { open: 'Now', closed: 'Before', rules: 'Who is told' }

/** What is the matter, what was, and who is told of it by mail (D33). */
export function NotificationsPage() {
  const { view = 'open' } = useSearch({ from: '/signed-in/notifications' })
  const navigate = useNavigate({ from: '/notifications' })
  useDocumentTitle(`Notifications: ${names[view].toLowerCase()} · Postern`)
  return (
    <div className={form['page']}>
      <PageHead title="Notifications" lead="What is the matter, and who is told of it by mail." />
      <Tabs
        value={view}
        onChange={(next) => {
          const chosen = notificationViews.find((name) => name === next)
          if (chosen) void navigate({ search: chosen === 'open' ? {} : { view: chosen }, replace: true })
        }}
        keepMounted={false}
      >
        <Tabs.List aria-label="Notifications and rules">
          {notificationViews.map((name) => (
            <Tabs.Tab key={name} value={name}>
              {names[name]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="open" className={`${form['panel']} ${form['tabbed']}`}>
          <NotificationTable state="open" />
        </Tabs.Panel>
        <Tabs.Panel value="closed" className={`${form['panel']} ${form['tabbed']}`}>
          <NotificationTable state="closed" />
        </Tabs.Panel>
        <Tabs.Panel value="rules">
          <RuleSection />
        </Tabs.Panel>
      </Tabs>
    </div>
  )
}
