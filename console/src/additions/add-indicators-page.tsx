import { Tabs } from '@mantine/core'
import { useDocumentTitle } from '@mantine/hooks'
import { type BatchIndicator, StixImport } from '@postern/protocol'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { useMay } from '../access/rights.ts'
import { groupKeys } from '../api/group-queries.ts'
import { indicatorKeys } from '../api/indicator-queries.ts'
import { ownerKeys } from '../api/owner-queries.ts'
import { api } from '../api/api.ts'
import { paths } from '../api/paths.ts'
import { useWrite } from '../api/use-write.ts'
import form from '../elements/form.module.css'
import { Crumbs, PageHead } from '../elements/page-head.tsx'
import { NoRight } from '../elements/no-right.tsx'
import { ViewTabs } from '../elements/view-tabs.tsx'
import { AdditionAccount } from './addition-account.tsx'
import { addSearch } from './add-search.ts'
import { OwnerField } from './owner-field.tsx'
import { sendIndicators } from './send-indicators.ts'
import { StixAccount } from './stix-account.tsx'
import { StixForm } from './stix-form.tsx'
import { TextForm } from './text-form.tsx'
import { ValueForm } from './value-form.tsx'

const names = { value: 'One value', text: 'A list', stix: 'STIX bundle' } as const

const touched = [indicatorKeys.all, groupKeys.all, ownerKeys.all]

/** Brings indicators in by hand, in an owner's name, and says what became of each. */
export function AddIndicatorsPage() {
  const view = addSearch.opened(useSearch({ from: '/signed-in/indicators/add' }))
  const navigate = useNavigate({ from: '/indicators/add' })
  const mayAdd = useMay('curate')
  const [owner, setOwner] = useState('')
  const sent = useWrite({
    write: (indicators: readonly BatchIndicator[]) => sendIndicators(owner, indicators),
    said: 'The indicators were sent',
    touches: touched,
  })
  const imported = useWrite({
    write: (file: File) =>
      api(paths.stixBundles, {
        method: 'POST',
        query: { owner },
        // Byte for byte: the hub keeps every object as it was written (D26).
        upload: new Blob([file], { type: 'application/json' }),
        reply: StixImport,
      }),
    said: 'The bundle was imported',
    touches: touched,
  })
  const { error, isPending } = view === 'stix' ? imported : sent
  const send = { isReady: owner !== '', isSending: isPending, error }
  useDocumentTitle('Add indicators · Postern')
  if (!mayAdd) return <NoRight />
  return (
    <div className={`${form['page']} ${form['narrow']}`}>
      <div>
        <Crumbs here="Add">
          <Link to="/indicators">Indicators</Link>
        </Crumbs>
        <PageHead title="Add indicators" lead="A value, a list or a STIX bundle, in the name of an owner." />
      </div>
      <OwnerField owner={owner} onChange={setOwner} />
      <ViewTabs
        label="What is added"
        names={names}
        opened={view}
        onOpen={(chosen) => void navigate({ search: addSearch.toOpen(chosen), replace: true })}
        keepsViews
      >
        <Tabs.Panel value="value" className={form['panel'] ?? ''}>
          <ValueForm {...send} onSend={sent.mutate} />
        </Tabs.Panel>
        <Tabs.Panel value="text" className={form['panel'] ?? ''}>
          <TextForm {...send} onSend={sent.mutate} />
        </Tabs.Panel>
        <Tabs.Panel value="stix" className={form['panel'] ?? ''}>
          <StixForm {...send} onSend={imported.mutate} />
        </Tabs.Panel>
      </ViewTabs>
      {view === 'stix' && imported.data && <StixAccount done={imported.data} />}
      {view !== 'stix' && sent.data && <AdditionAccount addition={sent.data} />}
    </div>
  )
}
