export { EnvironmentServerProcess, makeHome, type ProcessOptions } from './environment-server-process.ts'
export { giveAway, unprivilegedUser } from './unprivileged-user.ts'
export { waitFor } from './wait-for.ts'
export { Rehearsal, type RehearsalOptions, rehearsalXid } from './rehearsal.ts'
