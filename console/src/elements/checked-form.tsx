import { useEffect, useMemo, useRef, useState } from 'react'
import { ApiProblem } from '../api/api.ts'
import { type FieldProblems, refusedFields } from '../api/field-problems.ts'
import { FormMistakesContext } from './field.ts'
import { ProblemAlert } from './problem-alert.tsx'

const none: FieldProblems = {}

interface CheckedFormProps {
  className?: string | undefined
  /** What cannot be sent as it stands, by the names of fields. */
  mistakes?: FieldProblems | undefined
  /** With what sending it ended. */
  error: unknown
  /** In place of the title of a refusal. */
  refusedTitle?: string | undefined
  onSend: () => void
  /** The fields, and then what the hub says of none of them: the alert belongs above the buttons. */
  children: (refusal: React.ReactNode) => React.ReactNode
}

/**
 * A form that tells what is wrong at the field that it is about, whether it is found here or by the hub, and leads to the first such
 * field when somebody tries to send it. The hub judges what is typed, so the browser does not.
 */
export function CheckedForm({ className, mistakes = none, error, refusedTitle, onSend, children }: CheckedFormProps) {
  const form = useRef<HTMLFormElement>(null)
  const [tries, setTries] = useState(0)
  const [refused, setRefused] = useState(none)
  useEffect(() => {
    // Only now it is known which fields there are.
    setRefused(error && form.current ? refusedFields(error, fieldNames(form.current)) : none)
  }, [error])
  useEffect(() => {
    if (form.current && (tries > 0 || refused !== none)) focusMistake(form.current)
  }, [tries, refused])
  const told = useMemo(() => ({ mistakes, refused, isTried: tries > 0 }), [mistakes, refused, tries])
  return (
    <form
      ref={form}
      noValidate
      className={className}
      onSubmit={(event) => {
        event.preventDefault()
        if (Object.keys(mistakes).length > 0) setTries(tries + 1)
        else onSend()
      }}
    >
      <FormMistakesContext value={told}>
        {children(<Refusal {...{ error, refused, refusedTitle }} />)}
      </FormMistakesContext>
    </form>
  )
}

interface RefusalProps {
  error: unknown
  refused: FieldProblems
  refusedTitle: string | undefined
}

/** What is wrong with no field of the form; nothing where all of it is told at fields. */
function Refusal({ error, refused, refusedTitle }: RefusalProps) {
  if (!error) return null
  const { '': others, ...atFields } = refused
  if (Object.keys(atFields).length === 0) return <ProblemAlert error={error} title={refusedTitle} />
  if (others === undefined || !(error instanceof ApiProblem)) return null
  return <ProblemAlert error={error} title={refusedTitle} detail={others} />
}

/** To the first field of which something is wrong; or back to the button, which had to let go of the focus while it was sent. */
function focusMistake(form: HTMLFormElement): void {
  const mistaken = form.querySelector<HTMLElement>('[aria-invalid=true], [data-mistaken]')
  if (mistaken) mistaken.focus()
  else if (!form.contains(document.activeElement)) form.querySelector<HTMLElement>('[type=submit]')?.focus()
}

function fieldNames(form: HTMLFormElement): string[] {
  const names = [...form.elements].map((element) => element.getAttribute('name') ?? '')
  return [...new Set(names)].filter((name) => name !== '')
}
