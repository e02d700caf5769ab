import { limits } from '@postern/protocol'

/** Bounds of port 62000 (S8). Tests pass smaller ones. */
export const edgeLimits = {
  /** To the first message of TLS; and then, when it is its turn, to an accepted CONNECT. */
  authenticationMs: 5000,
  /** In line for its handshake. Less than a server waits for an answer. */
  turnMs: 25_000,
  /** At their handshake at once: as many as are done in less than `authenticationMs` on a small machine. */
  handshakesMax: 256,
  handshakesPerAddressMax: 32,
  /** Inside TLS, before the connection is authenticated. */
  unauthenticatedBytesMax: 64 * 1024,
  unauthenticatedPerAddressMax: 64,
  /** Most of them in line, with no more than `unreadBytesMax` each. */
  unauthenticatedInAllMax: 10_240,
  /** What is read of a connection before anybody takes it. */
  unreadBytesMax: 16 * 1024,
  connectionsMax: 20_000,
  /** Request line and headers of one HTTP request. */
  httpHeaderBytesMax: 16 * 1024,
  /** HTTP requests that wait for the hub's answer. */
  httpRequestsMax: 1000,
  /** A connection of HTTP on which nothing moves is closed. */
  httpIdleMs: 300_000,
  /** A message with its topic and header. */
  packetBytesMax: limits.messageBytesMax + 1024,
  /** Above it the edge reads slower; nothing is lost. */
  packetsPerSecondMax: 500,
  /** A peer that does not take what is sent to it holds up others on the same topics (aedes); so it is cut soon. */
  drainMs: 3000,
  /** Longest keep-alive that a peer may ask for, in seconds: until then a dead line is not noticed. */
  keepaliveSecondsMax: 120,
  /** Between two looks at who was revoked. */
  revocationCheckMs: 2000,
  databaseConnectionsMax: 5,
}

export type EdgeLimits = typeof edgeLimits
