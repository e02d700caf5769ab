import { Tabs } from '@mantine/core'
import { useDocumentTitle } from '@mantine/hooks'
import { useNavigate, useSearch } from '@tanstack/react-router'
import form from '../elements/form.module.css'
import { PageHead } from '../elements/page-head.tsx'
import { ListSection } from './list-section.tsx'
import { ReaderSection } from './reader-section.tsx'
import { type ReaderView, readerViews } from './readers-search.ts'
import { TaxiiSection } from './taxii-section.tsx'

const names: Record<ReaderView, string> = { readers: 'Readers', lists: 'Firewall lists', taxii: 'TAXII' }

/** What fetches from the hub, and what there is to fetch. */
export function ReadersPage() {
  const { view = 'readers' } = useSearch({ from: '/signed-in/readers' })
  const navigate = useNavigate({ from: '/readers' })
  useDocumentTitle(`${names[view]} · Postern`)
  return (
    <div className={form['page']}>
      <PageHead title="Readers and lists" lead="Machines that fetch, and what they fetch: firewall lists and TAXII." />
      <Tabs
        value={view}
        onChange={(next) => {
          const chosen = readerViews.find((name) => name === next)
          if (chosen) void navigate({ search: chosen === 'readers' ? {} : { view: chosen }, replace: true })
        }}
        keepMounted={false}
      >
        <Tabs.List aria-label="What is fetched, and by whom">
          {readerViews.map((name) => (
            <Tabs.Tab key={name} value={name}>
              {names[name]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="readers">
          <ReaderSection />
        </Tabs.Panel>
        <Tabs.Panel value="lists">
          <ListSection />
        </Tabs.Panel>
        <Tabs.Panel value="taxii">
          <TaxiiSection />
        </Tabs.Panel>
      </Tabs>
    </div>
  )
}
