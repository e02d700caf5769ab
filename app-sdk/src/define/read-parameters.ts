import type { Parameters, ValuesOf } from './parameter.ts'

/** What was wrong with an app's parameters, all of it at once; nothing has been done yet. */
export class ParameterProblem extends Error {
  constructor(problems: readonly string[]) {
    super(problems.join('; '))
    this.name = 'ParameterProblem'
  }
}

/**
 * Reads every declared parameter (D23): the first thing an app does.
 * @throws ParameterProblem that names each parameter that is wrong, and never shows a value.
 */
export function readParameters<P extends Parameters>(
  parameters: P,
  raw: Readonly<Record<string, unknown>>,
): ValuesOf<P> {
  const problems: string[] = []
  const values: Record<string, unknown> = {}
  for (const [name, declared] of Object.entries(parameters)) {
    try {
      values[name] = declared.read(raw[name])
    } catch (error) {
      problems.push(
        `parameter ${name} (${declared.entry.label}) ${error instanceof Error ? error.message : String(error)}`,
      )
    }
  }
  if (problems.length > 0) throw new ParameterProblem(problems)
  // Every declared name was read by its own declaration, which is what ValuesOf says.
  return values as ValuesOf<P>
}
