import { Button } from '@mantine/core'
import { useId, useRef } from 'react'
import { formatBytes } from '../format/quantities.ts'
import classes from './form.module.css'
import { Icon } from './icon.tsx'
import { PlainText } from './plain-text.tsx'

interface FileChoiceProps {
  label: string
  /** As the attribute of an input has it. */
  accept: string
  file: File | undefined
  onFile: (file: File | undefined) => void
}

/** One file of this machine: its name is shown, and it is read only when it is sent. */
export function FileChoice({ label, accept, file, onFile }: FileChoiceProps) {
  const input = useRef<HTMLInputElement>(null)
  const id = useId()
  return (
    <div className={classes['inline']}>
      <label htmlFor={id} className="only-heard">
        {label}
      </label>
      <input
        ref={input}
        id={id}
        type="file"
        accept={accept}
        className="only-heard"
        tabIndex={-1}
        onChange={(event) => onFile(event.currentTarget.files?.[0])}
      />
      <Button
        variant="default"
        data-focus-first
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
    </div>
  )
}
