/** A system outside does not answer now, or not as it should: trying later may help. */
export class SourceUnavailable extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'SourceUnavailable'
  }
}

/** There is no connection, so nothing was sent: even what must not happen twice may be tried again. */
export class NotConnected extends SourceUnavailable {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'NotConnected'
  }
}

/** A system outside refused us: credentials, rights or its certificate. Stop, and tell a person. */
export class SourceRefused extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'SourceRefused'
  }
}

/** A system outside sent what cannot be read or is beyond a bound (S10). Trying again would bring the same. */
export class SourceUnreadable extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'SourceUnreadable'
  }
}
