/** Something the operator must put right before the server can start; the message says what and how. Exit code 2. */
export class StartProblem extends Error {
  override name = 'StartProblem'
}
