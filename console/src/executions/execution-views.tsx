import { Tabs } from '@mantine/core'
import type { ExecutionDetail, Ledger } from '@postern/protocol'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { hubQueries } from '../api/hub-queries.ts'
import { useShortcut } from '../app/shortcuts.ts'
import { formatCount } from '../format/quantities.ts'
import type { ExecutionView } from './execution-search.ts'
import classes from './execution-views.module.css'
import { PlanSection } from './export/plan-section.tsx'
import { ReceiptSection } from './export/receipt-section.tsx'
import { LedgerSection } from './ledger/ledger-section.tsx'
import { itemCount } from './ledger/part-counts.ts'
import type { LogReader } from './log/log-reader.ts'
import { LogSection } from './log/log-section.tsx'
import { shownViews } from './shown-views.ts'

const names: Record<ExecutionView, string> = { log: 'Log', ledger: 'Ledger', plan: 'Plan', receipt: 'Receipt' }

/** Those of log, ledger, plan and receipt that can hold something, as tabs; which one is open stands in the address. */
export function ExecutionViews({ execution, logReader }: { execution: ExecutionDetail; logReader: LogReader }) {
  const { view: asked = 'log' } = useSearch({ from: '/signed-in/executions/$executionId' })
  const navigate = useNavigate({ from: '/executions/$executionId' })
  const ledger = useQuery(hubQueries.ledger(execution.id)).data
  const views = shownViews(execution, ledger)
  const view = views.includes(asked) ? asked : 'log'
  function show(next: ExecutionView) {
    if (!views.includes(next)) return
    void navigate({ search: (search) => ({ ...search, view: next }), replace: true, resetScroll: false })
  }
  useShortcut('log', () => show('log'))
  useShortcut('ledger', () => show('ledger'))
  useShortcut('plan', () => show('plan'))
  useShortcut('receipt', () => show('receipt'))

  return (
    <Tabs
      value={view}
      onChange={(next) => {
        const chosen = views.find((name) => name === next)
        if (chosen) show(chosen)
      }}
      keepMounted={false}
    >
      <Tabs.List aria-label="What the execution left behind" className={classes['list']}>
        {views.map((name) => (
          <Tabs.Tab key={name} value={name} className={classes['tab']}>
            {names[name]}
            <Figure count={countOf(name, execution, ledger)} />
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Tabs.Panel value="log" className={classes['panel']}>
        <LogSection execution={execution} reader={logReader} />
      </Tabs.Panel>
      <Tabs.Panel value="ledger" className={classes['panel']}>
        <LedgerSection execution={execution} />
      </Tabs.Panel>
      <Tabs.Panel value="plan" className={classes['panel']}>
        <PlanSection execution={execution} />
      </Tabs.Panel>
      <Tabs.Panel value="receipt" className={classes['panel']}>
        <ReceiptSection execution={execution} />
      </Tabs.Panel>
    </Tabs>
  )
}

function countOf(view: ExecutionView, execution: ExecutionDetail, ledger: Ledger | undefined): number {
  if (view === 'ledger') return ledger ? itemCount(ledger) : 0
  if (view === 'plan') return execution.planIds.length
  return view === 'receipt' ? execution.receiptIds.length : 0
}

function Figure({ count }: { count: number }) {
  return count === 0 ? null : <span className={classes['figure']}>{formatCount(count)}</span>
}
