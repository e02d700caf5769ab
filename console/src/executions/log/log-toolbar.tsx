import { ActionIcon, Button, Switch, TextInput } from '@mantine/core'
import { useRef } from 'react'
import { useShortcut } from '../../app/shortcuts.ts'
import { Icon } from '../../elements/icon.tsx'
import { formatCount } from '../../format/quantities.ts'
import { levelChoices, type LogLevel } from './log-filter.ts'
import classes from './log-section.module.css'

interface LogToolbarProps {
  level: LogLevel
  onLevel: (level: LogLevel) => void
  search: string
  onSearch: (search: string) => void
  onlyMatches: boolean
  onOnlyMatches: (onlyMatches: boolean) => void
  /** Absent while nothing is searched for; `current` is -1 until one was gone to. */
  found: { count: number; current: number } | undefined
  onGoTo: (step: 1 | -1) => void
  follows: boolean
  onFollows: (follows: boolean) => void
}

export function LogToolbar(props: LogToolbarProps) {
  return (
    <div className={classes['toolbar']} role="toolbar" aria-label="Log">
      <Levels level={props.level} onLevel={props.onLevel} />
      <Search {...props} />
      <span className={classes['spring']} />
      <Button
        size="xs"
        variant="default"
        className={classes['follow']}
        aria-pressed={props.follows}
        leftSection={<Icon name="down" size={14} />}
        onClick={() => props.onFollows(!props.follows)}
      >
        Follow the end
      </Button>
    </div>
  )
}

function Levels({ level, onLevel }: Pick<LogToolbarProps, 'level' | 'onLevel'>) {
  return (
    <fieldset className={classes['levels']}>
      <legend className="only-heard">Least level</legend>
      {levelChoices.map((choice) => (
        <label key={choice.value}>
          <input
            type="radio"
            name="level"
            value={choice.value}
            checked={choice.value === level}
            onChange={() => onLevel(choice.value)}
          />
          {choice.label}
        </label>
      ))}
    </fieldset>
  )
}

function Search({ search, onSearch, found, onGoTo, onlyMatches, onOnlyMatches }: LogToolbarProps) {
  const field = useRef<HTMLInputElement>(null)
  useShortcut('search', () => field.current?.select())
  return (
    <div className={classes['search']} role="search">
      <TextInput
        ref={field}
        size="xs"
        aria-label="Search in the log"
        placeholder="Search"
        leftSection={<Icon name="search" size={14} />}
        value={search}
        maxLength={500}
        spellCheck={false}
        onChange={(event) => onSearch(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') onGoTo(event.shiftKey ? -1 : 1)
          if (event.key === 'Escape') onSearch('')
        }}
      />
      {found && (
        <>
          <span className={classes['found']} aria-live="polite">
            {foundWords(found)}
          </span>
          <ActionIcon
            variant="default"
            aria-label="Match before"
            disabled={found.count === 0}
            onClick={() => onGoTo(-1)}
          >
            <span aria-hidden="true">↑</span>
          </ActionIcon>
          <ActionIcon variant="default" aria-label="Next match" disabled={found.count === 0} onClick={() => onGoTo(1)}>
            <span aria-hidden="true">↓</span>
          </ActionIcon>
          <Switch
            size="xs"
            label="Only these"
            checked={onlyMatches}
            onChange={(event) => onOnlyMatches(event.currentTarget.checked)}
          />
        </>
      )}
    </div>
  )
}

function foundWords({ count, current }: { count: number; current: number }): string {
  if (count === 0) return 'No match'
  if (current < 0) return count === 1 ? '1 line' : `${formatCount(count)} lines`
  return `${formatCount(Math.min(current, count - 1) + 1)} of ${formatCount(count)}`
}
