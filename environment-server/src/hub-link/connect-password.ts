import { connectProof } from '@postern/protocol'
import { createPrivateKey, sign } from 'node:crypto'

/** The MQTT password: broker token, and a proof of the TLS key that holds above TLS too (S17). `hubNow` in milliseconds. */
export function connectPassword(serverXid: string, brokerToken: string, tlsPrivateKey: string, hubNow: number): string {
  const proofTime = Math.floor(hubNow / 1000)
  const message = Buffer.from(connectProof.message(serverXid, proofTime))
  const proof = sign('sha256', message, createPrivateKey(tlsPrivateKey)).toString('base64url')
  return `${brokerToken}.${proofTime}.${proof}`
}
