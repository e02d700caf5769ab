import { Button } from '@mantine/core'
import { limits } from '@postern/protocol'
import { useState } from 'react'
import { FileChoice } from '../elements/file-choice.tsx'
import form from '../elements/form.module.css'
import { formatBytes } from '../format/quantities.ts'
import type { SendProps } from './add-indicators-page.tsx'

/** A STIX bundle as it lies in a file. */
export function StixForm({ isReady, isSending, onSend }: SendProps<File>) {
  const [file, setFile] = useState<File>()
  const isTooLarge = file !== undefined && file.size > limits.batchBytesMax
  return (
    <form
      noValidate
      className={`${form['card']} ${form['fields']}`}
      onSubmit={(event) => {
        event.preventDefault()
        if (isReady && file && !isTooLarge) onSend(file)
      }}
    >
      <p>
        A bundle of STIX 2.1 or 2.0. Simple patterns become indicators, ATT&amp;CK objects, reports and actors become
        groups; every object is kept word for word, and accounted for.
      </p>
      <FileChoice label="STIX bundle" accept=".json,application/json" file={file} onFile={setFile} />
      {isTooLarge && (
        <p className={form['danger']}>A bundle has at most {formatBytes(limits.batchBytesMax)}. Split it.</p>
      )}
      <div className={form['actions']}>
        <Button type="submit" disabled={!isReady || file === undefined || isTooLarge} loading={isSending}>
          Import the bundle
        </Button>
      </div>
    </form>
  )
}
