/** Stops the parser; `parseTql` turns it into its result and nothing else ever sees it. */
export class TqlSyntaxError extends Error {
  override readonly name = 'TqlSyntaxError'
  readonly position: number
  readonly suggestion: string | undefined

  constructor(message: string, position: number, suggestion?: string) {
    super(message)
    this.position = position
    this.suggestion = suggestion
  }
}
