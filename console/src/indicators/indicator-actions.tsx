import { Button } from '@mantine/core'
import type { IndicatorDetail } from '@postern/protocol'
import { useState } from 'react'
import { useMay } from '../access/rights.ts'
import { Icon } from '../elements/icon.tsx'
import { DecisionDialog } from './decision-dialog.tsx'
import classes from './indicator-page.module.css'
import { FalsePositiveDialog, SightingDialog } from './report-dialogs.tsx'

/** What a person can do about an indicator: decide over all owners, and report what was seen. */
export function IndicatorActions({ indicator }: { indicator: IndicatorDetail }) {
  const mayWrite = useMay('curate')
  const [opened, setOpened] = useState<'decide' | 'sighting' | 'false-positive'>()
  if (!mayWrite) return null
  const close = () => setOpened(undefined)
  return (
    <div className={classes['buttons']}>
      <Button
        size="xs"
        variant="default"
        leftSection={<Icon name="pencil" size={14} />}
        onClick={() => setOpened('decide')}
      >
        {indicator.decision ? 'Change the decision …' : 'Decide …'}
      </Button>
      <Button
        size="xs"
        variant="default"
        leftSection={<Icon name="chart" size={14} />}
        onClick={() => setOpened('sighting')}
      >
        Report a sighting …
      </Button>
      <Button
        size="xs"
        variant="default"
        leftSection={<Icon name="unseen" size={14} />}
        onClick={() => setOpened('false-positive')}
      >
        Report a false positive …
      </Button>
      {opened === 'decide' && <DecisionDialog indicator={indicator} onClose={close} />}
      {opened === 'sighting' && <SightingDialog indicatorId={indicator.id} onClose={close} />}
      {opened === 'false-positive' && <FalsePositiveDialog indicatorId={indicator.id} onClose={close} />}
    </div>
  )
}
