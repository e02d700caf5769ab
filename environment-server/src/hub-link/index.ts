export { backOffMs, connectionBackOff } from './back-off.ts'
export { connectPassword } from './connect-password.ts'
export { MqttClient, type MqttOptions } from './mqtt-client.ts'
