import type { JsonFault } from '@postern/intel'
import { Problem } from './problem.ts'

/** What was sent is not even JSON, where some object was to come. */
export class NotJson extends Problem {
  readonly fault: JsonFault

  constructor(message: string, fault: JsonFault) {
    super('invalid', message)
    this.name = 'NotJson'
    this.fault = fault
  }
}
