import { randomBytes } from 'node:crypto'
import { TLSSocket } from 'node:tls'
import { certificateFault, hearIssuer } from '@postern/intel/certificates'
import type { IClientOptions, MqttClient } from 'mqtt'
import type { Log } from '../lib/log.ts'

const reconnectMs = 1000
const connectMs = 10_000
const keepaliveSeconds = 30
/** From publish to the broker's acknowledgement. */
const acknowledgeMs = 10_000
const untrustedBroker =
  'the certificate of the broker is not trusted; if its issuer is a CA of yours, put its certificate as PEM into the folder of POSTERN_CA_FOLDER'

/** Which of our processes connects. */
type Who = 'hub' | 'edge'

/** How we connect to a broker that is not in this process. @param who begins the client id, of which no broker may have two */
export function brokerClientOptions(who: Who): IClientOptions {
  return {
    protocolVersion: 4,
    clean: true,
    clientId: `${who}-${randomBytes(8).toString('hex')}`,
    keepalive: keepaliveSeconds,
    reconnectPeriod: reconnectMs,
    connectTimeout: connectMs,
    // Whoever sent what was not acknowledged sends it again; a queue of our own would only grow.
    queueQoSZero: false,
    resubscribe: false,
  }
}

/** Says in the log why the broker cannot be used; of a certificate that is not trusted, whose it is. */
export function sayBrokerErrors(
  client: MqttClient,
  who: Who,
  log: Log,
  isExpected: (error: Error) => boolean = () => false,
): void {
  const issuer = hearBrokerIssuer(client)
  client.on('error', (error) => {
    if (isExpected(error)) log.debug({ reason: error.message }, 'the broker has not started yet; connecting again')
    else if (certificateFault(error.message) === 'chain')
      log.error({ reason: error.message, issuer: issuer() }, untrustedBroker)
    else log.warn({ reason: error.message }, `the broker refuses the ${who}`)
  })
}

/** Of an external broker over TLS. @returns reads who issued the certificate that it showed last */
function hearBrokerIssuer(client: MqttClient): () => string | undefined {
  let issuer = (): string | undefined => undefined
  const hear = () => {
    if (client.stream instanceof TLSSocket) issuer = hearIssuer(client.stream)
  }
  hear()
  // The next stream is made right after this is said.
  client.on('reconnect', () => queueMicrotask(hear))
  return () => issuer()
}

/** What the broker has to acknowledge, which it does soon or not at all. */
export async function acknowledged<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    const said = `the broker did not acknowledge within ${acknowledgeMs / 1000} s`
    timer = setTimeout(() => reject(new Error(said)), acknowledgeMs)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
