export { packageApp, readApp } from './package-app.ts'
export type { PackagedApp } from './package-app.ts'
export { checkApp } from './check-app.ts'
export type { AppFinding } from './check-app.ts'
