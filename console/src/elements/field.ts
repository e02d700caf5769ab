import { createContext, use, useState } from 'react'
import type { FieldProblems } from '../api/field-problems.ts'

/** What a form knows to be wrong with its fields. */
interface FormMistakes {
  /** Found here, in what stands in the form now. */
  mistakes: FieldProblems
  /** Found by the hub, in what was sent last. */
  refused: FieldProblems
  /** Somebody has tried to send it: what is left empty is told from then on. */
  isTried: boolean
}

export const FormMistakesContext = createContext<FormMistakes>({ mistakes: {}, refused: {}, isTried: false })

/** What every field of a form has, whatever is typed or chosen in it. */
export interface FieldProps {
  /** As the hub names it: what it says of a field of this name is told at this field. */
  name: string
  label: string
  /** What belongs here, under the label. */
  hint?: string | undefined
  isRequired?: boolean
  /** Has the focus when its dialog opens. */
  isFirst?: boolean
  isReadOnly?: boolean
}

/** A field's words and state as the parts of Mantine take them; they tie the hint and what is wrong to the input. */
export function useField({ name, label, hint, isRequired, isFirst, isReadOnly }: FieldProps, value: string) {
  const error = useFieldMistake(name, value)
  return {
    name,
    label,
    ...(hint !== undefined && { description: hint }),
    ...(error !== undefined && { error }),
    ...(isRequired && { required: true }),
    ...(isReadOnly && { readOnly: true }),
    ...(isFirst && { 'data-focus-first': true }),
  }
}

/** What is wrong with a field, if anything. What the hub found is told until something else is typed: that it has not seen. */
export function useFieldMistake(name: string, value: string): string | undefined {
  const { mistakes, refused, isTried } = use(FormMistakesContext)
  const [judged, setJudged] = useState({ refused, value })
  if (judged.refused !== refused) setJudged({ refused, value })
  const mistake = mistakes[name]
  if (mistake !== undefined && (isTried || value !== '')) return mistake
  return judged.value === value ? refused[name] : undefined
}
