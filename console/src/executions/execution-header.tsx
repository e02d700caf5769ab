import { Button } from '@mantine/core'
import type { ExecutionDetail } from '@postern/protocol'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useMay } from '../access/rights.ts'
import { api } from '../api/api.ts'
import { hubQueries } from '../api/hub-queries.ts'
import { paths } from '../api/paths.ts'
import { useAnnounce } from '../elements/announcer.tsx'
import { Chip } from '../elements/chip.tsx'
import { ConfirmDialog } from '../elements/confirm-dialog.tsx'
import { DetailHead } from '../elements/detail-head.tsx'
import { Icon } from '../elements/icon.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { executionFaces, succeededWithRefusals } from './execution-faces.ts'
import { appKindWords } from './execution-words.ts'
import classes from './execution-header.module.css'
import { hasEnded } from './has-ended.ts'

export function ExecutionHeader({ execution }: { execution: ExecutionDetail }) {
  const face = executionFaces[execution.state]
  const ledger = useQuery(hubQueries.ledger(execution.id))
  const refused = ledger.data?.refused ?? 0
  const meaning = execution.state === 'succeeded' && refused > 0 ? succeededWithRefusals(refused) : face.meaning
  return (
    <DetailHead
      over={
        <>
          <PlainText text={execution.appName} />
          <Chip>{appKindWords[execution.appKind]}</Chip>
          <Link to="/jobs/$jobId" params={{ jobId: execution.jobId }}>
            The job
          </Link>
          <Link to="/executions" search={{ job: execution.jobId }}>
            All executions of this job
          </Link>
        </>
      }
      name={execution.jobName}
      face={{ ...face, meaning }}
      actions={!hasEnded(execution.state) && <CancelButton execution={execution} />}
    >
      {execution.message !== '' && (
        <blockquote className={classes['message']} aria-label="Exit message">
          <PlainText text={execution.message} />
        </blockquote>
      )}
    </DetailHead>
  )
}

function CancelButton({ execution }: { execution: ExecutionDetail }) {
  const [asks, setAsks] = useState(false)
  const queryClient = useQueryClient()
  const announce = useAnnounce()
  const mayRun = useMay('run')
  const cancel = useMutation({
    mutationFn: () => api(paths.executionCancellation(execution.id), { method: 'POST' }),
    onSuccess: () => {
      setAsks(false)
      announce('Cancelling was asked for')
      return queryClient.invalidateQueries({ queryKey: hubQueries.execution(execution.id).queryKey, exact: true })
    },
  })
  if (!mayRun) return null
  return (
    <>
      <Button
        variant="default"
        leftSection={<Icon name="stop" size={14} />}
        disabled={cancel.isSuccess}
        onClick={() => setAsks(true)}
      >
        {cancel.isSuccess ? 'Cancelling …' : 'Cancel'}
      </Button>
      <ConfirmDialog
        title="Cancel this execution?"
        confirm="Cancel the execution"
        keep="Let it run"
        isDangerous
        open={asks}
        onClose={() => setAsks(false)}
        action={cancel}
      >
        <p>
          The app is told to end and has five seconds to do so. What it has written to the library or to a control until
          then stays; log and ledger are kept.
        </p>
      </ConfirmDialog>
    </>
  )
}
