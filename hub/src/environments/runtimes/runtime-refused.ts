import { Problem } from '../../lib/problem.ts'

/** The archive itself is at fault. `reason` is the rest of a sentence that says how. */
export class RuntimeRefused extends Problem {
  constructor(reason: string, options?: ErrorOptions) {
    super('invalid', `The runtime is refused: ${reason}`, options)
    this.name = 'RuntimeRefused'
  }
}
