/** Rounds of a run whose figures may be written down. */
export const roundsMin = 5

/**
 * One side of a comparison: does its work once, in a fresh place, and gives what it measured. A side that takes long does it in
 * steps, each a `yield`: then the sides take turns after every step, and a disturbance of seconds meets both.
 */
export type Side<Measured> = () => Promise<Measured> | AsyncGenerator<void, Measured, void>

/**
 * Runs both sides in turn, ours first, so that whatever else the machine does disturbs both alike. A round before the first is not
 * counted: it warms the caches of both.
 */
export async function runAlternating<Ours, Peer>(
  rounds: number,
  ours: Side<Ours>,
  peer: Side<Peer>,
): Promise<{ ours: Ours[]; peer: Peer[] }> {
  const measured = { ours: new Array<Ours>(), peer: new Array<Peer>() }
  for (let round = 0; round <= rounds; round++) {
    const [ofOurs, ofPeer] = await takeTurns(steps(ours), steps(peer))
    if (round === 0) continue
    measured.ours.push(ofOurs)
    measured.peer.push(ofPeer)
  }
  return measured
}

async function takeTurns<Ours, Peer>(
  ours: AsyncGenerator<void, Ours, void>,
  peer: AsyncGenerator<void, Peer, void>,
): Promise<[Ours, Peer]> {
  for (let ofOurs = await ours.next(), ofPeer = await peer.next(); ;) {
    if (ofOurs.done === true && ofPeer.done === true) return [ofOurs.value, ofPeer.value]
    if (ofOurs.done !== true) ofOurs = await ours.next()
    if (ofPeer.done !== true) ofPeer = await peer.next()
  }
}

async function* steps<Measured>(side: Side<Measured>): AsyncGenerator<void, Measured, void> {
  const begun = side()
  return 'next' in begun ? yield* begun : await begun
}
