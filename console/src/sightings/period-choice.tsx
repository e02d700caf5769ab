import { NativeSelect, TextInput } from '@mantine/core'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { useClock } from '../elements/clock.ts'
import { dayOf, isPeriod, periodChoices, periodDaysMax } from './analysis-search.ts'

const between = 'between'
const dayMs = 86_400_000
/** Days that are offered first where two days are to be named: a week. */
const firstDays = 7

/** The last days, or two days with all between them. */
export function PeriodChoice() {
  const search = useSearch({ from: '/signed-in/sighting-analysis' })
  const navigate = useNavigate({ from: '/sighting-analysis' })
  const nowMs = useClock()
  const set = (period: { days?: string; from?: string; until?: string }) =>
    void navigate({
      search: ({ control, collection }) => ({
        ...period,
        ...(control && { control }),
        ...(collection && { collection }),
      }),
      replace: true,
    })
  const { from, until } = search
  return (
    <>
      <NativeSelect
        size="xs"
        aria-label="Period"
        value={from ? between : (search.days ?? '30')}
        onChange={(event) => {
          const { value } = event.currentTarget
          if (value !== between) set({ days: value })
          else set({ from: dayOf(nowMs - (firstDays - 1) * dayMs), until: dayOf(nowMs) })
        }}
        data={[
          ...periodChoices.map((days) => ({ value: String(days), label: `Last ${days} days` })),
          { value: between, label: 'Between two days' },
        ]}
      />
      {from && until && (
        <TwoDays key={`${from} ${until}`} from={from} until={until} today={dayOf(nowMs)} onChange={set} />
      )}
    </>
  )
}

interface TwoDaysProps {
  from: string
  until: string
  today: string
  onChange: (days: { from: string; until: string }) => void
}

/** Both days are of UTC. What cannot be asked for is told, and not asked. */
function TwoDays({ today, onChange, ...shown }: TwoDaysProps) {
  const [days, setDays] = useState(shown)
  const isWrong = days.from !== '' && days.until !== '' && !isPeriod(days.from, days.until)
  function change(changed: Partial<typeof days>) {
    const next = { ...days, ...changed }
    setDays(next)
    if (isPeriod(next.from, next.until)) onChange(next)
  }
  return (
    <>
      <TextInput
        size="xs"
        type="date"
        aria-label="First day (UTC)"
        max={today}
        value={days.from}
        error={isWrong}
        onChange={(event) => change({ from: event.currentTarget.value })}
      />
      <TextInput
        size="xs"
        type="date"
        aria-label="Last day (UTC)"
        max={today}
        value={days.until}
        error={isWrong && `1 to ${periodDaysMax} days`}
        onChange={(event) => change({ until: event.currentTarget.value })}
      />
    </>
  )
}
