/** The attempt cannot be started here, and trying again would not help; the message is for the person who started it. */
export class StartRefused extends Error {
  override name = 'StartRefused'
}

/** Refused since this server has no interpreter for the app: another server of its environment may have one. */
export class InterpreterMissing extends StartRefused {
  override name = 'InterpreterMissing'
}
