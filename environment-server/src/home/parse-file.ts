import * as z from 'zod/mini'
import en from 'zod/v4/locales/en.js'
import { StartProblem } from '../log/start-problem.ts'

/** Checks a file of the home folder; all its mistakes are named at once. zod/mini has no words of its own. */
export function parseFile<Schema extends z.ZodMiniType>(
  schema: Schema,
  content: unknown,
  path: string,
): z.output<Schema> {
  const parsed = z.safeParse(schema, content, { error: en().localeError })
  if (parsed.success) return parsed.data
  throw new StartProblem(`${path} has mistakes:\n${z.prettifyError(parsed.error)}`)
}
