/**
 * One integer for everything hub and environment servers say to each other.
 * Additive changes raise it; a breaking change also raises `protocolVersionOldest`.
 *
 * 1 (2026-11): enrolment, heartbeat with leases, execute and cancel commands, logs and results over HTTPS.
 * 2 (2026-11): telemetry.
 * 3 (2026-11): settings reported over HTTPS, configure commands, moves to another environment.
 * 4 (2026-11): heartbeats name a server file that was set aside.
 * 5 (2026-11): narrow-policy commands; execute commands carry their publisher's key.
 * 6 (2026-11): results carry their server's signature of what the app wrote.
 *   Renewals of client certificates; key successions; settings reports with the local policy and the command keys that are trusted.
 */
export const protocolVersion = 6

/** The oldest number that a hub of this release serves and an environment server of this release obeys. */
export const protocolVersionOldest = 1
