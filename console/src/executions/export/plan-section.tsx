import type { ExecutionDetail, Plan } from '@postern/protocol'
import { useQueries } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { hubQueries } from '../../api/hub-queries.ts'
import { EmptyState } from '../../elements/empty-state.tsx'
import { ProblemAlert } from '../../elements/problem-alert.tsx'
import { SkeletonRows } from '../../elements/skeleton-rows.tsx'
import { planFaces } from '../execution-faces.ts'
import { hasEnded } from '../has-ended.ts'
import classes from './export.module.css'
import { PlanView } from './plan-view.tsx'
import { TargetPicker } from './target-picker.tsx'

/** What an export meant to change on its control, before it changed anything. */
export function PlanSection({ execution }: { execution: ExecutionDetail }) {
  const { plan: chosen } = useSearch({ from: '/signed-in/executions/$executionId' })
  const navigate = useNavigate({ from: '/executions/$executionId' })
  const plans = useQueries({ queries: execution.planIds.map((planId) => hubQueries.plan(planId)) })
  const index = Math.max(0, execution.planIds.indexOf(chosen ?? firstWaiting(plans.map((plan) => plan.data)) ?? ''))
  const planId = execution.planIds[index]
  const plan = plans[index]
  if (planId === undefined || !plan) return <NoPlan execution={execution} />
  return (
    <section aria-label="Plan" className={classes['section']}>
      <TargetPicker
        label="Plan for"
        targets={execution.planIds.map((id, at) => {
          const data = plans[at]?.data
          return { id, name: data?.target, face: data && planFaces[data.state] }
        })}
        current={planId}
        onPick={(id) =>
          void navigate({ search: (search) => ({ ...search, plan: id }), replace: true, resetScroll: false })
        }
      />
      {plan.isError && <ProblemAlert what="The plan" error={plan.error} onRetry={() => void plan.refetch()} />}
      {plan.isPending && <SkeletonRows label="Loading the plan" />}
      {plan.data && <PlanView key={planId} plan={plan.data} />}
    </section>
  )
}

/** A plan that waits for a person comes before the others. */
function firstWaiting(plans: readonly (Plan | undefined)[]): string | undefined {
  return plans.find((plan) => plan?.state === 'waiting')?.id
}

function NoPlan({ execution }: { execution: ExecutionDetail }) {
  return hasEnded(execution.state) ? (
    <EmptyState title="No plan was made">
      The execution ended before it had compared the control with the data collection.
    </EmptyState>
  ) : (
    <EmptyState title="No plan yet">
      First the export reads what the control holds and compares it with the data collection. The plan is the
      difference.
    </EmptyState>
  )
}
