/** Written by bench/src/footprint/minimum/measure.ts, which measures it (ES-28). Do not edit. MB are of 2²⁰ bytes. */
export const measured = {
  machine: { system: 'Linux 6.18.44, x64', node: '24.21.0', python: '3.11.2', java: '17.0.15' },
  server: { unlocking: 127, idle: 72 },
  apps: [
    { kind: 'Node app without work', server: 74, app: 47, leastLimit: 48 },
    { kind: 'Python app without work', server: 79, app: 13, leastLimit: 16 },
    { kind: 'Java app without work', server: 79, app: 40, leastLimit: 40 },
    { kind: 'MISP feed (shipped)', server: 78, app: 78, leastLimit: 96 },
  ],
  disk: { bundle: 122, packages: 1, executions: 1, journal: 3 },
}
