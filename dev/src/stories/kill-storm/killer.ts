import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { processTree } from '../../demo/process-tree.ts'
import { waitFor } from '../../environment-server/wait-for.ts'
import type { Story } from '../story.ts'

export const victims = ['hub', 'edge', 'database', 'database connection', 'environment server', 'app'] as const
export type Victim = (typeof victims)[number]

/** SIGKILL for a part of the system, as soon as there is one to be found. @returns the process that was killed */
export async function killVictim(story: Story, victim: Victim): Promise<number> {
  const pid = await waitFor(() => killed(findVictim(story, victim)), `a ${victim} to kill`)
  return pid
}

/** One that ended between the look and the signal is none. */
function killed(pid: number | undefined): number | undefined {
  if (pid === undefined) return undefined
  try {
    process.kill(pid, 'SIGKILL')
    return pid
  } catch {
    return undefined
  }
}

function findVictim({ system, server }: Story, victim: Victim): number | undefined {
  switch (victim) {
    case 'hub':
      return system.hub.processes.hub.pid
    case 'edge':
      return system.hub.processes.edge.pid
    case 'environment server':
      return server.process.pid
    case 'database':
      return databasePid(system.dataFolder)
    case 'database connection': {
      const backends = descendants(databasePid(system.dataFolder)).filter(({ command }) =>
        command.startsWith('postgres: postern postern '),
      )
      return backends[Math.floor(backends.length / 2)]?.pid
    }
    case 'app':
      // Not the scaffold around it, whose arguments name it too.
      return descendants(server.process.pid).find(({ command }) => /^\S*node\S* \S*app\.mjs$/.test(command))?.pid
  }
}

function databasePid(dataFolder: string): number | undefined {
  try {
    return Number(readFileSync(join(dataFolder, 'cluster/data/postmaster.pid'), 'utf8').split('\n')[0])
  } catch {
    // It is being started again.
    return undefined
  }
}

function descendants(pid: number | undefined) {
  return pid === undefined ? [] : processTree(pid).filter((each) => each.pid !== pid)
}
