/** Simulated environment servers; fewer for a try, whose figures nobody writes down. */
export const fleetServers = Number(process.env['POSTERN_BENCH_FLEET_SERVERS'] ?? 10_000)
/** How long telemetry comes from all of them; shorter for a try. */
export const telemetrySeconds = Number(process.env['POSTERN_BENCH_FLEET_TELEMETRY_SECONDS'] ?? 300)
/** Processes that they are dealt out to: each speaks for a quarter of them. */
export const fleetProcesses = 4
/** Environment servers of one environment, as on the page that a person looks at. */
export const serversAnEnvironment = 100
/** Between two messages of telemetry of one server: the default of `relaySystemInfoPublishSeconds`. */
export const telemetryPeriodSeconds = 10
