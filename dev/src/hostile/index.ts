export { type HostileEntry, hostileZip } from './packages/hostile-zip.ts'
export { type EventFile, goodHosts, hostileEvents } from './hostile-events.ts'
