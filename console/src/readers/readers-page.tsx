import { Tabs } from '@mantine/core'
import { useDocumentTitle } from '@mantine/hooks'
import { useNavigate, useSearch } from '@tanstack/react-router'
import form from '../elements/form.module.css'
import { PageHead } from '../elements/page-head.tsx'
import { ViewTabs } from '../elements/view-tabs.tsx'
import { ListSection } from './list-section.tsx'
import { ReaderSection } from './reader-section.tsx'
import { readersSearch } from './readers-search.ts'
import { TaxiiSection } from './taxii-section.tsx'

const names = { readers: 'Readers', lists: 'Firewall lists', taxii: 'TAXII' } as const

/** What fetches from the hub, and what there is to fetch. */
export function ReadersPage() {
  const opened = readersSearch.opened(useSearch({ from: '/signed-in/readers' }))
  const navigate = useNavigate({ from: '/readers' })
  useDocumentTitle(`${names[opened]} · Postern`)
  return (
    <div className={form['page']}>
      <PageHead title="Readers and lists" lead="Machines that fetch, and what they fetch: firewall lists and TAXII." />
      <ViewTabs
        label="What is fetched, and by whom"
        names={names}
        opened={opened}
        onOpen={(view) => void navigate({ search: readersSearch.toOpen(view), replace: true })}
      >
        <Tabs.Panel value="readers" className={form['alone']}>
          <ReaderSection />
        </Tabs.Panel>
        <Tabs.Panel value="lists" className={form['alone']}>
          <ListSection />
        </Tabs.Panel>
        <Tabs.Panel value="taxii">
          <TaxiiSection />
        </Tabs.Panel>
      </ViewTabs>
    </div>
  )
}
