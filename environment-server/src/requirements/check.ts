import type { HomeFolder } from '../home/home-folder.ts'
import { readSettings } from '../home/settings.ts'
import { interpreterFindings } from './interpreters.ts'
import { machineFindings } from './machine.ts'

/** One requirement, judged: `missing` keeps the server or apps from working, `advice` may become a problem. */
export type Finding = { name: string; state: 'good' | 'advice' | 'missing'; sentence: string }

const words: Record<Finding['state'], string> = { good: 'good   ', advice: 'advice ', missing: 'MISSING' }

/** Whether this machine has what the server and its apps need (ES-28); what the network lets through is for the doctor. */
export async function findings(home: HomeFolder, javaHome: string | undefined): Promise<Finding[]> {
  return [...machineFindings(home.hidden), ...(await interpreterFindings(readSettings(home), home.hidden, javaHome))]
}

/** Prints it. Returns the exit code: 1 if something is missing. @param javaHome `JAVA_HOME`, where appsJavaHome is empty */
export async function check(home: HomeFolder, json: boolean, javaHome: string | undefined): Promise<number> {
  const found = await findings(home, javaHome)
  if (json) process.stdout.write(`${JSON.stringify(found, null, 2)}\n`)
  else process.stdout.write(found.map(({ name, state, sentence }) => `${words[state]} ${name}: ${sentence}\n`).join(''))
  return found.some(({ state }) => state === 'missing') ? 1 : 0
}
