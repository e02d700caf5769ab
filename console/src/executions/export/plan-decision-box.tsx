import { Button } from '@mantine/core'
import type { Plan, PlanDecision } from '@postern/protocol'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useMay } from '../../access/rights.ts'
import { api } from '../../api/api.ts'
import { hubQueries } from '../../api/hub-queries.ts'
import { paths } from '../../api/paths.ts'
import { useAnnounce } from '../../elements/announcer.tsx'
import { ConfirmDialog } from '../../elements/confirm-dialog.tsx'
import { PlainText } from '../../elements/plain-text.tsx'
import { formatCountOf } from '../../format/quantities.ts'
import classes from './export.module.css'

type Decision = PlanDecision['decision']

/** Where a person decides about a waiting plan. What is approved is this checksum: if the control has changed by then, nothing is applied (D5). */
export function PlanDecisionBox({ plan }: { plan: Plan }) {
  const [asks, setAsks] = useState<Decision>()
  const mayDecide = useMay('run')
  const approve = useDecision(plan, 'approve', () => setAsks(undefined))
  const refuse = useDecision(plan, 'refuse', () => setAsks(undefined))
  const tripped = plan.guards.filter((guard) => guard.tripped)
  const change = `add ${formatCountOf(plan.add, 'value')} and remove ${formatCountOf(plan.remove, 'value')}`
  if (!mayDecide) {
    return <p className={classes['decision']}>Somebody with more than reading rights decides about this plan.</p>
  }
  return (
    <div className={classes['decision']}>
      <p className={classes['decisionWords']}>
        {tripped.length === 0
          ? 'The job always asks before it changes the control.'
          : `${formatCountOf(tripped.length, 'guard')} tripped. Look at the figures below before you decide.`}
      </p>
      <Button onClick={() => setAsks('approve')}>Approve …</Button>
      <Button variant="default" onClick={() => setAsks('refuse')}>
        Refuse …
      </Button>
      <ConfirmDialog
        title="Approve this plan?"
        confirm="Approve and apply"
        keep="Not yet"
        open={asks === 'approve'}
        onClose={() => setAsks(undefined)}
        action={approve}
      >
        <p>
          A new execution will {change} on <PlainText text={plan.target} />. It reads the control again first, and
          changes nothing if the plan would come out differently.
        </p>
      </ConfirmDialog>
      <ConfirmDialog
        title="Refuse this plan?"
        confirm="Refuse the plan"
        keep="Not yet"
        isDangerous
        open={asks === 'refuse'}
        onClose={() => setAsks(undefined)}
        action={refuse}
      >
        <p>The control stays as it is. The job’s next run reads it again and makes a new plan.</p>
      </ConfirmDialog>
    </div>
  )
}

function useDecision(plan: Plan, decision: Decision, onDone: () => void) {
  const queryClient = useQueryClient()
  const announce = useAnnounce()
  return useMutation({
    mutationFn: () => {
      const body: PlanDecision = { decision }
      return api(paths.planDecision(plan.id), { method: 'POST', body })
    },
    onSuccess: async () => {
      onDone()
      announce(decision === 'approve' ? 'The plan is approved' : 'The plan is refused')
      await queryClient.invalidateQueries({ queryKey: hubQueries.plan(plan.id).queryKey, exact: true })
    },
  })
}
