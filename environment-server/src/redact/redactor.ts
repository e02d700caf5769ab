import { secretForms } from './secret-forms.ts'

export type Redactor = (text: string) => string

export const redactedMark = '[secret]'

/** Replaces every form of every secret. One expression, longest form first, so that no part of a longer one stays. */
export function redactorOf(secrets: Iterable<string>): Redactor {
  const forms = new Set<string>()
  for (const secret of secrets) for (const form of secretForms(secret)) forms.add(form)
  if (forms.size === 0) return (text) => text
  const alternatives = [...forms].sort((a, b) => b.length - a.length).map((form) => escaped(form))
  const expression = new RegExp(alternatives.join('|'), 'g')
  return (text) => text.replace(expression, redactedMark)
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}
