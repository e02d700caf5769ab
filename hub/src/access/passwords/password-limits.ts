import { passwordLinkTimes } from '@postern/protocol'

/** How long links live by which people choose a password, and how many are asked for and mailed. */
export const passwordLimits = {
  /** An invitation is good for so long. */
  invitationHours: passwordLinkTimes.invitationHours,
  /** The link to a new password is good for so long. */
  resetMinutes: passwordLinkTimes.resetMinutes,
  /** "Forgotten password" mails one account at most once in so many minutes. */
  mailedAgainMinutes: passwordLinkTimes.mailedAgainMinutes,
  /** Requests from one network (a /24, or a /64 of IPv6) within `requestWindowMinutes`. */
  networkRequestsMax: 20,
  /** So long a request counts, and is kept. */
  requestWindowMinutes: 60,
  /** Requests that wait for their mails to be sent, over all networks. */
  waitingRequestsMax: 1000,
  /** Accounts with one mail address that one request reaches. */
  accountsMax: 5,
  /** A mail server that did not take a link is tried again after so many minutes. */
  retryMinutes: 1,
  /** Until so long after the request. */
  triedMinutes: 15,
  /** Requests that one turn answers; turns come every second. */
  requestsATurnMax: 20,
} as const
