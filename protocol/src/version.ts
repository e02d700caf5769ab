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
 * 7 (2026-11): successions of publisher and release keys; revocations of keys; heartbeat answers say when there are new ones.
 * 8 (2026-11): heartbeats name the interpreters that apps can be run with, and a refusal says where it was for want of one.
 * 9 (2026-11): heartbeat answers say whether the server is confirmed, and whether it is drained; a server that was revoked is told so where
 *   it connects.
 * 10 (2026-11): heartbeats name who opens TLS on the way, where that is allowed; a server that is met there names its certificate in its
 *   password.
 */
export const protocolVersion = 10

/** The oldest number that a hub of this release serves and an environment server of this release obeys. */
export const protocolVersionOldest = 1
