import { Button } from '@mantine/core'
import { limits } from '@postern/protocol'
import { useState } from 'react'
import type { FieldProblems } from '../api/field-problems.ts'
import { CheckedForm } from '../elements/checked-form.tsx'
import { FileChoice } from '../elements/file-choice.tsx'
import form from '../elements/form.module.css'
import { formatBytes } from '../format/quantities.ts'
import { refusedTitle, type SendProps } from './send-props.ts'

/** A STIX bundle as it lies in a file. */
export function StixForm({ isReady, isSending, error, onSend }: SendProps<File>) {
  const [file, setFile] = useState<File>()
  return (
    <CheckedForm
      className={`${form['card']} ${form['fields']}`}
      mistakes={mistakesOf(file)}
      error={error}
      refusedTitle={refusedTitle}
      onSend={() => {
        if (isReady && file) onSend(file)
      }}
    >
      {(refusal) => (
        <>
          <p>
            A bundle of STIX 2.1 or 2.0. Simple patterns become indicators, ATT&amp;CK objects, reports and actors
            become groups; every object is kept word for word, and accounted for.
          </p>
          <FileChoice name="bundle" label="STIX bundle" accept=".json,application/json" file={file} onFile={setFile} />
          {refusal}
          <div className={form['actions']}>
            <Button type="submit" disabled={!isReady} loading={isSending}>
              Import the bundle
            </Button>
          </div>
        </>
      )}
    </CheckedForm>
  )
}

function mistakesOf(file: File | undefined): FieldProblems {
  if (file === undefined) return { bundle: 'Choose the file.' }
  if (file.size <= limits.batchBytesMax) return {}
  return { bundle: `A bundle has at most ${formatBytes(limits.batchBytesMax)}. Split it.` }
}
