import { Problem } from '../lib/problem.ts'

/** The package itself is at fault. `reason` is a sentence of its own that says what to mend. */
export class PackageRefused extends Problem {
  constructor(reason: string, options?: ErrorOptions) {
    super('invalid', `The package is refused: ${reason}`, options)
    this.name = 'PackageRefused'
  }
}
