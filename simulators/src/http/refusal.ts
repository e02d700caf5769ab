/**
 * A request the rehearsal appliance turns down on purpose. Each interface of the appliance
 * (REST, TAXII) writes it in its own error shape; anything else that is thrown is a bug.
 */
export class Refusal extends Error {
  readonly status: number
  /** Short machine word, as appliances use them: `invalidAuthToken`, `notFound`. */
  readonly code: string
  /** The parameter, header or key at fault, where one can be named. */
  readonly field: string | undefined
  readonly headers: Record<string, string>

  constructor(
    status: number,
    code: string,
    message: string,
    more: { field?: string; headers?: Record<string, string> } = {},
  ) {
    super(message)
    this.name = 'Refusal'
    this.status = status
    this.code = code
    this.field = more.field
    this.headers = more.headers ?? {}
  }
}
