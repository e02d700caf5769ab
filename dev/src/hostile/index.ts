export { type HostileEntry, hostileZip } from './packages/hostile-zip.ts'
