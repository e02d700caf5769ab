import { connectProof } from '@postern/protocol'
import { createPrivateKey, sign } from 'node:crypto'

/**
 * The MQTT password: broker token, and a proof of the TLS key that holds above TLS too (S17). `hubNow` in milliseconds.
 * @param namedSerial of the certificate that the hub does not get to see, where TLS is opened on the way
 */
export function connectPassword(
  serverXid: string,
  brokerToken: string,
  tlsPrivateKey: string,
  hubNow: number,
  namedSerial?: string,
): string {
  const proofTime = Math.floor(hubNow / 1000)
  const message =
    namedSerial === undefined
      ? connectProof.message(serverXid, proofTime)
      : connectProof.inspectedMessage(serverXid, proofTime, namedSerial)
  const proof = sign('sha256', Buffer.from(message), createPrivateKey(tlsPrivateKey)).toString('base64url')
  return [brokerToken, proofTime, proof, ...(namedSerial === undefined ? [] : [namedSerial])].join('.')
}
