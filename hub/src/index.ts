export { type HubConfig, HubEnvironment, readHubConfig } from './config.ts'
export { type Hub, startHub } from './hub.ts'
export { serviceUser } from './lib/service-user.ts'
export { HubFile, readHubFile } from './machine/hub-file.ts'
