export { bubblewrapConfinement } from './bubblewrap-confinement.ts'
export type { Confinement, LaunchRequest } from './confinement.ts'
export { plainConfinement } from './plain-confinement.ts'
export { unshareConfinement } from './unshare-confinement.ts'
