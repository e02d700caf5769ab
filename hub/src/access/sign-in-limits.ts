/** Bounds of wrong passwords of people; the same as those of readers, counted apart from them. And of what strangers ask for at all. */
export const signInLimits = {
  /** So long a failure counts. */
  windowMinutes: 15,
  /** Wrong passwords of one user name from one address within `windowMinutes`. */
  failuresOfOneMax: 10,
  /** Wrong passwords from one address, whosesoever: many people may come from behind a proxy. */
  failuresOfAddressMax: 100,
  /** Wrong passwords of one user name, from wherever. */
  failuresOfNameMax: 100,
  /** Requests of one kind from one address: to sign in, to set up, and about password links. */
  requestsAMinuteMax: 30,
} as const

/** Of a route that strangers may call. */
export const strangerLimit = { rateLimit: { max: signInLimits.requestsAMinuteMax, timeWindow: '1 minute' } }
