export {
  type EnvironmentServer,
  type EnvironmentServerOptions,
  startEnvironmentServer,
} from './start-environment-server.ts'
export { Keychain } from './keychain/keychain.ts'
export type { PasswordSources } from './keychain/master-password.ts'
export { lineLog, type ServerLog } from './log/server-log.ts'
export { StartProblem } from './log/start-problem.ts'
export { serverVersion } from './version.ts'
export { homeFolder, prepareHomeFolder } from './home/home-folder.ts'
export { readSettings } from './home/settings.ts'
export { enrol } from './hub-link/enrol.ts'
export { hubHttp } from './hub-link/hub-http.ts'
