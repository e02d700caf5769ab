/** The attempt cannot be started here, and trying again would not help; the message is for the person who started it. */
export class StartRefused extends Error {
  override name = 'StartRefused'
}
