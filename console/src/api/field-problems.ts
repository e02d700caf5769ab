import { ApiProblem } from './api.ts'

/** What is wrong with what was typed, by the field that it is about; what is about no field of the form is under `''`. */
export type FieldProblems = Readonly<Record<string, string>>

/** `parameters.url is required: …`, `schedule.cron: …`, `"name": …`: how the hub begins a sentence about a field. */
const beginnings =
  /(?:^|(?<=[.!?] ))(?:"([A-Za-z]\w*(?:\.\w+)*)":|([A-Za-z]\w*(?:\.\w+)+)(?= is )|([A-Za-z]\w*(?:\.\w+)*):)/g

/** What was found wrong by field, of whatever a form's sending ended with. */
export function refusedFields(error: unknown, fields: readonly string[]): FieldProblems {
  return error instanceof ApiProblem ? fieldProblems(error.detail, fields) : {}
}

/**
 * Takes the sentences of a refusal apart, so that each stands beside the field that it is about.
 * @param fields the names of the form's fields, as the hub has them; what is about a part of one, as `networks.0`, is about it
 */
export function fieldProblems(detail: string, fields: readonly string[]): FieldProblems {
  const found = [...detail.matchAll(beginnings)].flatMap((match) => {
    const field = fieldOf(match[1] ?? match[2] ?? match[3] ?? '', fields)
    return field === undefined ? [] : [{ field, at: match.index, after: match.index + match[0].length }]
  })
  const problems: Record<string, string> = {}
  const before = detail.slice(0, found[0]?.at ?? detail.length).trim()
  if (before !== '') problems[''] = before
  for (const [index, { field, after }] of found.entries()) {
    const words = asSentence(detail.slice(after, found[index + 1]?.at))
    const told = problems[field]
    // Several entries of a field may have the same wrong with them, which is said once.
    if (told !== words) problems[field] = told === undefined ? words : `${told} ${words}`
  }
  return problems
}

function fieldOf(place: string, fields: readonly string[]): string | undefined {
  return fields.find((field) => field === place) ?? fields.find((field) => place.startsWith(`${field}.`))
}

function asSentence(text: string): string {
  const words = text.trim()
  return words.charAt(0).toUpperCase() + words.slice(1)
}
