import { useDocumentTitle } from '@mantine/hooks'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { appQueries } from '../api/app-queries.ts'
import { EmptyState } from '../elements/empty-state.tsx'
import form from '../elements/form.module.css'
import { PageHead } from '../elements/page-head.tsx'
import { PagedTable } from '../elements/paged-table.tsx'
import { appColumns } from './app-columns.tsx'

/** The catalog: what jobs can run. */
export function AppsPage() {
  const navigate = useNavigate()
  const apps = useInfiniteQuery(appQueries.list())
  useDocumentTitle('Apps · Postern')
  return (
    <div className={`${form['page']} ${form['list']}`}>
      <PageHead title="Apps" lead="What jobs run: feeds, exports, alerts and actions, each from a signed package." />
      <PagedTable
        label="Apps"
        query={apps}
        columns={appColumns}
        rowKey={({ id }) => id}
        onOpen={({ id }) => void navigate({ to: '/apps/$appId', params: { appId: id } })}
        empty={
          <EmptyState title="No app yet">
            <p>
              An administrator installs a package on the command line: <code>postern app install app.tcx</code>
            </p>
          </EmptyState>
        }
      />
    </div>
  )
}
