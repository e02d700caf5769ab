type Follower = { session: string; socket: { close(code: number, reason: string): void } }

/** RFC 6455, 7.4.1: whoever comes again is asked to sign in. */
const policyCode = 1008

/** Live pages go with the session that opened them: signed out, run out, ended by a new password, or its user disabled. */
export async function closeEnded(
  followers: Iterable<Follower>,
  sessionsInForce: (sessions: readonly string[]) => Promise<ReadonlySet<string>>,
): Promise<void> {
  const open = [...followers]
  if (open.length === 0) return
  const inForce = await sessionsInForce([...new Set(open.map(({ session }) => session))])
  for (const { session, socket } of open) if (!inForce.has(session)) socket.close(policyCode, 'the session has ended')
}
