export { backOffMs, connectionBackOff } from './back-off.ts'
export { connectPassword } from './connect-password.ts'
export { lastWill, MqttClient, type MqttOptions } from './mqtt-client.ts'
