/** Rounds of a run whose figures may be written down. */
export const roundsMin = 5

/** One side of a comparison: does its work once, in a fresh place, and gives what it measured. */
export type Side<Measured> = () => Promise<Measured>

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
    const ofOurs = await ours()
    const ofPeer = await peer()
    if (round === 0) continue
    measured.ours.push(ofOurs)
    measured.peer.push(ofPeer)
  }
  return measured
}
