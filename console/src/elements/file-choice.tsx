import { Button } from '@mantine/core'
import { useId, useRef } from 'react'
import { formatBytes } from '../format/quantities.ts'
import { useFieldMistake } from './field.ts'
import classes from './form.module.css'
import { Icon } from './icon.tsx'
import { PlainText } from './plain-text.tsx'

interface FileChoiceProps {
  /** What is said of a field of this name is told here. */
  name: string
  label: string
  /** As the attribute of an input has it. */
  accept: string
  file: File | undefined
  onFile: (file: File | undefined) => void
}

/** One file of this machine: its name is shown, and it is read only when it is sent. */
export function FileChoice({ name, label, accept, file, onFile }: FileChoiceProps) {
  const input = useRef<HTMLInputElement>(null)
  const id = useId()
  const mistakeId = useId()
  const mistake = useFieldMistake(name, file?.name ?? '')
  return (
    <div className={classes['inline']}>
      <label htmlFor={id} className="only-heard">
        {label}
      </label>
      <input
        ref={input}
        id={id}
        name={name}
        type="file"
        accept={accept}
        className="only-heard"
        tabIndex={-1}
        onChange={(event) => onFile(event.currentTarget.files?.[0])}
      />
      <Button
        variant="default"
        data-focus-first
        data-mistaken={mistake !== undefined || undefined}
        {...(mistake !== undefined && { 'aria-describedby': mistakeId })}
        leftSection={<Icon name="upload" size={14} />}
        onClick={() => input.current?.click()}
      >
        Choose a file …
      </Button>
      {file ? (
        <span>
          <PlainText text={file.name} /> <span className={classes['soft']}>{formatBytes(file.size)}</span>
        </span>
      ) : (
        <span className={classes['soft']}>None chosen</span>
      )}
      {mistake !== undefined && (
        <p id={mistakeId} className={classes['mistake']}>
          <PlainText text={mistake} />
        </p>
      )}
    </div>
  )
}
