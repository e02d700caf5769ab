/** What a simulated environment server holds after its enrolment; of one fleet, both brokers believe the same. */
export type Identity = { serverXid: string; brokerToken: string; certificate: string; privateKey: string }

/** What all simulated servers of a run need: read by each of their processes from one file. */
export type FleetFile = { caPem: string; identities: Identity[] }

/**
 * The address that a simulated server calls from: fifty share one, as behind a few sites' routers. The edge lets few strangers of one
 * address in at a time (S8), and the ports of one address would not suffice for all.
 */
export function addressOf(index: number): string {
  const site = Math.floor(index / serversASite)
  return `127.0.${1 + Math.floor(site / 250)}.${1 + (site % 250)}`
}

const serversASite = 50
