import { ApiProblem } from './api.ts'

/** What the hub found wrong, by the field that it is about; what names no field of the form is under `''`. */
export type FieldProblems = Readonly<Record<string, string>>

/** `parameters.url is required: …`, `schedule.cron: …`, `"name": …`: how the hub begins a sentence about a field. */
const beginnings =
  /(?:^|(?<=[.!?] ))(?:"([A-Za-z]+(?:\.\w+)*)":|([A-Za-z]+(?:\.\w+)+)(?= is |:)|(name|owner|control|mode|appId|environmentId|timeoutSeconds|freshnessSeconds):)/g

/** What was found wrong by field, of whatever a form's sending ended with. */
export function refusedFields(error: unknown): FieldProblems {
  return error instanceof ApiProblem ? fieldProblems(error.detail) : {}
}

/** Takes the sentences of a refusal apart, so that each stands beside the field that it is about. */
export function fieldProblems(detail: string): FieldProblems {
  const found = [...detail.matchAll(beginnings)]
  const problems: Record<string, string> = {}
  const before = detail.slice(0, found[0]?.index ?? detail.length).trim()
  if (before !== '') problems[''] = before
  for (const [index, match] of found.entries()) {
    const field = match[1] ?? match[2] ?? match[3] ?? ''
    const words = detail
      .slice(match.index + match[0].length, found[index + 1]?.index)
      .replace(/^:/, '')
      .trim()
    problems[field] = words.charAt(0).toUpperCase() + words.slice(1)
  }
  return problems
}
