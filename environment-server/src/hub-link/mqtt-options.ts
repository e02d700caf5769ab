import { topicRights } from '@postern/protocol'
import { connectPassword } from './connect-password.ts'
import type { HubRoutes } from './hub-routes.ts'
import { openMessageStream } from './message-stream.ts'
import { lastWill, type MqttOptions } from './mqtt-client.ts'
import { serialOfCertificate } from './own-certificate.ts'

type ServerIdentity = {
  serverXid: string
  /** PEM, as the next one. */
  certificate: string
  tlsPrivateKey: string
  brokerToken: string
}

/** One connection of this server to its broker, as the server makes it and as the doctor tries it. `hubNow` in milliseconds. */
export function mqttOptions(
  { messages }: Pick<HubRoutes, 'messages'>,
  caCertificate: string,
  { serverXid, certificate, tlsPrivateKey, brokerToken }: ServerIdentity,
  hubNow: () => number,
): MqttOptions {
  const identity = { certificate, privateKey: tlsPrivateKey }
  let inspectedBy: string | undefined
  return {
    open: async (signal) => {
      const opened = await openMessageStream(messages, caCertificate, identity, signal)
      inspectedBy = opened.inspectedBy
      return opened.stream
    },
    clientId: serverXid,
    password: () => {
      const namedSerial = inspectedBy === undefined ? undefined : serialOfCertificate(certificate)
      return connectPassword(serverXid, brokerToken, tlsPrivateKey, hubNow(), namedSerial)
    },
    will: lastWill(serverXid),
    subscriptions: topicRights.subscribe(serverXid),
  }
}
