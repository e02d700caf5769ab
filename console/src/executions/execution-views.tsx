import { Tabs } from '@mantine/core'
import type { ExecutionDetail } from '@postern/protocol'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useShortcut } from '../app/shortcuts.ts'
import { type ExecutionView, executionViews } from './execution-search.ts'
import classes from './execution-views.module.css'
import { PlanSection } from './export/plan-section.tsx'
import { ReceiptSection } from './export/receipt-section.tsx'
import { LedgerSection } from './ledger/ledger-section.tsx'
import type { LogReader } from './log/log-reader.ts'
import { LogSection } from './log/log-section.tsx'

const names: Record<ExecutionView, string> = { log: 'Log', ledger: 'Ledger', plan: 'Plan', receipt: 'Receipt' }

/** Log, ledger, plan and receipt as tabs; which one is open stands in the address. */
export function ExecutionViews({ execution, logReader }: { execution: ExecutionDetail; logReader: LogReader }) {
  const { view = 'log' } = useSearch({ from: '/signed-in/executions/$executionId' })
  const navigate = useNavigate({ from: '/executions/$executionId' })
  function show(next: ExecutionView) {
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
        const chosen = executionViews.find((name) => name === next)
        if (chosen) show(chosen)
      }}
      keepMounted={false}
    >
      <Tabs.List aria-label="What the execution left behind" className={classes['list']}>
        {executionViews.map((name) => (
          <Tabs.Tab key={name} value={name} className={classes['tab']}>
            {names[name]}
            <Figure count={countOf(execution, name)} />
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

function countOf(execution: ExecutionDetail, view: ExecutionView): number {
  if (view === 'plan') return execution.planIds.length
  return view === 'receipt' ? execution.receiptIds.length : 0
}

function Figure({ count }: { count: number }) {
  return count === 0 ? null : <span className={classes['figure']}>{count}</span>
}
